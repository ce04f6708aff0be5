struct Scalars {
  rows: i32,
  columns: i32,
}

@group(0) @binding(0) var<storage, read_write> y: array<i32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn steppedNest(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let first1 = scalars.rows + -9i;
  let v0 = scalars.columns / 2i;
  let count1 = max(v0, 0i);
  let total0 = count1 * 3i;
  let divisor0 = max(count1, 1i);
  let v8 = total0 + 63i;
  let end0 = v8 / 64i;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    {
      let lane0 = i32(invocation);
      let v1 = group0 * 64i;
      let iteration0 = v1 + lane0;
      if (iteration0 < total0) {
        let v2 = iteration0 % divisor0;
        let v3 = v2 * 2i;
        let i1 = v3 + 1i;
        let v4 = iteration0 / divisor0;
        let v5 = v4 * 3i;
        let i0 = first1 + v5;
        let v6 = i0 * scalars.columns;
        let v7 = i0 * 100i;
        y[v6 + i1] = v7 + i1;
      }
    }
  }
}

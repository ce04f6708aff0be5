struct Scalars {
  rows: i32,
  columns: i32,
  gridBegin: i32,
  gridEnd: i32,
}

@group(0) @binding(0) var<storage, read_write> y: array<i32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn steppedNest(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let v0 = scalars.rows + -9i;
  let first1 = max(scalars.gridBegin, v0);
  let v1 = scalars.columns / 2i;
  let count1 = max(v1, 0i);
  let v2 = min(scalars.gridEnd, scalars.rows);
  let v3 = v2 - first1;
  let v4 = v3 + 2i;
  let v5 = v4 / 3i;
  let v6 = max(v5, 0i);
  let total0 = v6 * count1;
  let divisor0 = max(count1, 1i);
  let v14 = total0 + 63i;
  let end0 = v14 / 64i;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    {
      let lane0 = i32(invocation);
      let v7 = group0 * 64i;
      let iteration0 = v7 + lane0;
      if (iteration0 < total0) {
        let v8 = iteration0 % divisor0;
        let v9 = v8 * 2i;
        let i1 = v9 + 1i;
        let v10 = iteration0 / divisor0;
        let v11 = v10 * 3i;
        let i0 = first1 + v11;
        let v12 = i0 * scalars.columns;
        let v13 = i0 * 100i;
        y[v12 + i1] = v13 + i1;
      }
    }
  }
}

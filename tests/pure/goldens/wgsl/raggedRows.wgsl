struct Scalars {
  rows: i32,
  n: i32,
}

@group(0) @binding(0) var<storage, read> starts: array<i32>;
@group(0) @binding(1) var<storage, read_write> y: array<i32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn raggedRows(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let end1 = max(scalars.rows, 0i);
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end1) {
    let begin0 = starts[group0];
    let end0 = starts[group0 + 1i];
    {
      let lane0 = i32(invocation);
      for (var i1 = begin0 + lane0; i1 < end0; i1 += 64i) {
        let v0 = y[i1];
        let v1 = group0 * 1000i;
        y[i1] = v0 + v1;
      }
    }
  }
}

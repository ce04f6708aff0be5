struct Scalars {
  n: i32,
}

@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn simdAlone(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let v0 = scalars.n + -1i;
  let count0 = v0 / 2i;
  let v3 = count0 + 63i;
  let end0 = v3 / 64i;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    {
      let lane0 = i32(invocation);
      let v1 = group0 * 64i;
      let iteration0 = v1 + lane0;
      if (iteration0 < count0) {
        let v2 = iteration0 * 2i;
        y[v2 + 2i] = 7u;
      }
    }
  }
}

struct Scalars {
  n: i32,
}

@group(0) @binding(0) var<storage, read_write> y: array<i32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn gridOfElements(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let v1 = scalars.n + 63i;
  let end0 = v1 / 64i;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    {
      let lane0 = i32(invocation);
      let v0 = group0 * 64i;
      let iteration0 = v0 + lane0;
      if (iteration0 < scalars.n) {
        y[iteration0] = iteration0 * 3i;
      }
    }
  }
}

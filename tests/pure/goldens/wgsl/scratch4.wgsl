struct Scalars {
  n: i32,
}

@group(0) @binding(0) var<storage, read_write> y: array<i32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn scratch4(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  var own: array<i32, 4>;
  let v5 = scalars.n + 63i;
  let end0 = v5 / 64i;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    {
      let lane0 = i32(invocation);
      let v2 = group0 * 64i;
      let iteration0 = v2 + lane0;
      if (iteration0 < scalars.n) {
        for (var i1 = 0i; i1 < 4i; i1 += 1i) {
          let v3 = iteration0 * 4i;
          let v0 = y[v3 + i1];
          own[i1] = v0;
        }
        for (var i2 = 0i; i2 < 4i; i2 += 1i) {
          let v1 = own[3i - i2];
          let v4 = iteration0 * 4i;
          y[v4 + i2] = v1;
        }
      }
    }
  }
}

struct Scalars {
  n: i32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn elementwiseSimd(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let v3 = scalars.n + 255i;
  let v4 = v3 / 256i;
  let end0 = max(v4, 0i);
  let group1 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group1 < end0) {
    let first0 = group1 * 256i;
    let v0 = first0 + 256i;
    let last0 = min(v0, scalars.n);
    {
      let lane0 = i32(invocation);
      for (var i0 = first0 + lane0; i0 < last0; i0 += 64i) {
        let value0 = x[i0];
        let v1 = value0 * value0;
        let v2 = v1 + 1.0f;
        y[i0] = v2 * value0;
      }
    }
  }
}

struct Scalars {
  n: i32,
  gridBegin: i32,
  gridEnd: i32,
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
  let first1 = max(scalars.gridBegin, 0i);
  let v4 = scalars.n + 255i;
  let v5 = v4 / 256i;
  let v6 = min(scalars.gridEnd, v5);
  let v7 = v6 - first1;
  let end0 = max(v7, 0i);
  let group1 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group1 < end0) {
    let v0 = first1 + group1;
    let first0 = v0 * 256i;
    let v1 = first0 + 256i;
    let last0 = min(v1, scalars.n);
    {
      let lane0 = i32(invocation);
      for (var i0 = first0 + lane0; i0 < last0; i0 += 64i) {
        let value0 = x[i0];
        let v2 = value0 * value0;
        let v3 = v2 + 1.0f;
        y[i0] = v3 * value0;
      }
    }
  }
}

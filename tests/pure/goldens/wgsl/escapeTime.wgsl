struct Scalars {
  n: i32,
  maxSteps: i32,
  gridBegin: i32,
  gridEnd: i32,
}

@group(0) @binding(0) var<storage, read> real: array<f32>;
@group(0) @binding(1) var<storage, read> imaginary: array<f32>;
@group(0) @binding(2) var<storage, read_write> steps: array<i32>;
@group(0) @binding(3) var<storage, read_write> stays: array<u32>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn escapeTime(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let first1 = max(scalars.gridBegin, 0i);
  let v21 = scalars.n + 255i;
  let v22 = v21 / 256i;
  let v23 = min(scalars.gridEnd, v22);
  let v24 = v23 - first1;
  let end0 = max(v24, 0i);
  let group1 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group1 < end0) {
    let v0 = first1 + group1;
    let first0 = v0 * 256i;
    let v1 = first0 + 256i;
    let last0 = min(v1, scalars.n);
    {
      let lane0 = i32(invocation);
      for (var i0 = first0 + lane0; i0 < last0; i0 += 64i) {
        let cx0 = real[i0];
        let cy0 = imaginary[i0];
        var x0 = 0.0f;
        var y0 = 0.0f;
        var count0 = 0i;
        loop {
          let v2 = x0 * x0;
          let v3 = y0 * y0;
          let v4 = v2 + v3;
          let bits0 = bitcast<i32>(v4);
          let v5 = bits0 < 0i;
          let v6 = i32(-2147483648) - bits0;
          let key0 = select(bits0, v6, v5);
          let bits1 = 1082130432i;
          let v7 = bits1 < 0i;
          let v8 = i32(-2147483648) - bits1;
          let key1 = select(bits1, v8, v7);
          let v14 = key0 >= -2139095040i;
          let v15 = key1 <= 2139095040i;
          let v16 = key0 <= key1;
          let v17 = v14 & v15;
          let v18 = count0 < scalars.maxSteps;
          let v19 = v16 & v17;
          if (!(v18 & v19)) { break; }
          let v9 = x0 * x0;
          let v10 = y0 * y0;
          let v11 = v9 - v10;
          let nextX0 = v11 + cx0;
          let v12 = 2.0f * x0;
          let v13 = v12 * y0;
          y0 = v13 + cy0;
          x0 = nextX0;
          count0 = count0 + 1i;
        }
        steps[i0] = count0;
        let v20 = count0 >= scalars.maxSteps;
        stays[i0] = select(0u, 1u, v20);
      }
    }
  }
}

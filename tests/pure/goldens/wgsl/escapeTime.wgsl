struct Scalars {
  n: i32,
  maxSteps: i32,
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
  let v15 = scalars.n + 255i;
  let v16 = v15 / 256i;
  let end0 = max(v16, 0i);
  let group1 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group1 < end0) {
    let first0 = group1 * 256i;
    let v0 = first0 + 256i;
    let last0 = min(v0, scalars.n);
    {
      let lane0 = i32(invocation);
      for (var i0 = first0 + lane0; i0 < last0; i0 += 64i) {
        let cx0 = real[i0];
        let cy0 = imaginary[i0];
        var x0 = 0.0f;
        var y0 = 0.0f;
        var count0 = 0i;
        loop {
          let v1 = x0 * x0;
          let v2 = y0 * y0;
          let float0 = v1 + v2;
          let v8 = bitcast<i32>(float0);
          let v9 = bitcast<u32>(float0);
          let v10 = v8 < 1082130433i;
          let v11 = v9 <= 4286578688u;
          let v12 = count0 < scalars.maxSteps;
          let v13 = v10 & v11;
          if (!(v12 & v13)) { break; }
          let v3 = x0 * x0;
          let v4 = y0 * y0;
          let v5 = v3 - v4;
          let nextX0 = v5 + cx0;
          let v6 = 2.0f * x0;
          let v7 = v6 * y0;
          y0 = v7 + cy0;
          x0 = nextX0;
          count0 = count0 + 1i;
        }
        steps[i0] = count0;
        let v14 = count0 >= scalars.maxSteps;
        stays[i0] = select(0u, 1u, v14);
      }
    }
  }
}

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
  let v16 = scalars.n + 255i;
  let v17 = v16 / 256i;
  let v18 = min(scalars.gridEnd, v17);
  let v19 = v18 - first1;
  let end0 = max(v19, 0i);
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
          let float0 = v2 + v3;
          let v9 = bitcast<i32>(float0);
          let v10 = bitcast<u32>(float0);
          let v11 = v9 < 1082130433i;
          let v12 = v10 <= 4286578688u;
          let v13 = count0 < scalars.maxSteps;
          let v14 = v11 & v12;
          if (!(v13 & v14)) { break; }
          let v4 = x0 * x0;
          let v5 = y0 * y0;
          let v6 = v4 - v5;
          let nextX0 = v6 + cx0;
          let v7 = 2.0f * x0;
          let v8 = v7 * y0;
          y0 = v8 + cy0;
          x0 = nextX0;
          count0 = count0 + 1i;
        }
        steps[i0] = count0;
        let v15 = count0 >= scalars.maxSteps;
        stays[i0] = select(0u, 1u, v15);
      }
    }
  }
}

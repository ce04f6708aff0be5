struct Scalars {
  rows: i32,
  columns: i32,
  runtimeZero: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

var<workgroup> maxima: array<f32, 64>;
var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn softmax(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let v0 = 4286578688u | scalars.runtimeZero;
  let negativeInfinity0 = bitcast<f32>(v0);
  let end0 = max(scalars.rows, 0i);
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    let start0 = group0 * scalars.columns;
    {
      let lane0 = i32(invocation);
      var largest0 = negativeInfinity0;
      for (var column0 = lane0; column0 < scalars.columns; column0 += 64i) {
        let value0 = x[start0 + column0];
        let bits0 = bitcast<i32>(value0);
        let bits1 = bitcast<i32>(largest0);
        let v1 = bits0 >> 31u;
        let v2 = v1 & 2147483647i;
        let v3 = bits0 ^ v2;
        let v4 = v3 + 2139095041i;
        let v5 = bits1 >> 31u;
        let v6 = v5 & 2147483647i;
        let v7 = bits1 ^ v6;
        let v8 = v7 + 2139095041i;
        let v9 = bitcast<u32>(v4);
        let v10 = bitcast<u32>(v8);
        let v11 = v9 > v10;
        largest0 = select(largest0, value0, v11);
      }
      maxima[lane0] = largest0;
    }
    workgroupBarrier();
    storageBarrier();
    for (var step0 = 0i; step0 < 6i; step0 += 1i) {
      let half0 = 32i >> u32(step0);
      {
        let lane1 = i32(invocation);
        if (lane1 < half0) {
          let own0 = maxima[lane1];
          let other0 = maxima[lane1 + half0];
          let bits2 = bitcast<i32>(other0);
          let bits3 = bitcast<i32>(own0);
          let v12 = bits2 >> 31u;
          let v13 = v12 & 2147483647i;
          let v14 = bits2 ^ v13;
          let v15 = v14 + 2139095041i;
          let v16 = bits3 >> 31u;
          let v17 = v16 & 2147483647i;
          let v18 = bits3 ^ v17;
          let v19 = v18 + 2139095041i;
          let v20 = bitcast<u32>(v15);
          let v21 = bitcast<u32>(v19);
          let v22 = v20 > v21;
          maxima[lane1] = select(own0, other0, v22);
        }
      }
      workgroupBarrier();
      storageBarrier();
    }
    let rowMaximum0 = maxima[0i];
    {
      let lane2 = i32(invocation);
      var sum0 = 0.0f;
      for (var column1 = lane2; column1 < scalars.columns; column1 += 64i) {
        let position0 = start0 + column1;
        let value1 = x[position0];
        let x0 = value1 - rowMaximum0;
        let v23 = bitcast<i32>(x0);
        let v24 = bitcast<i32>(x0);
        let v25 = v23 > 1118961664i;
        let v26 = v24 <= 2139095040i;
        let v27 = v25 & v26;
        let below0 = select(x0, 89.0f, v27);
        let v28 = bitcast<u32>(below0);
        let v29 = bitcast<u32>(below0);
        let v30 = v28 > 3268411392u;
        let v31 = v29 <= 4286578688u;
        let v32 = v30 & v31;
        let clamped0 = select(below0, -104.0f, v32);
        let v33 = clamped0 * 1.442695f;
        let v34 = v33 + 12582912.0f;
        let v35 = bitcast<u32>(v34);
        let v36 = v35 | scalars.runtimeZero;
        let doublingsBiased0 = bitcast<f32>(v36);
        let doublings0 = doublingsBiased0 - 12582912.0f;
        let v37 = doublings0 * 0.69314575f;
        let v38 = clamped0 - v37;
        let v39 = bitcast<u32>(v38);
        let v40 = v39 | scalars.runtimeZero;
        let v41 = bitcast<f32>(v40);
        let v42 = doublings0 * 0.00000142860677f;
        let rest0 = v41 - v42;
        let v43 = bitcast<i32>(doublingsBiased0);
        let v44 = v43 + -1262485504i;
        let half2 = v44 >> 1u;
        let v45 = 0.0013838812f * rest0;
        let v46 = v45 + 0.0083691925f;
        let v47 = v46 * rest0;
        let v48 = v47 + 0.041668102f;
        let v49 = v48 * rest0;
        let v50 = v49 + 0.16666517f;
        let v51 = v50 * rest0;
        let v52 = rest0 * rest0;
        let v53 = v51 + 0.49999994f;
        let v54 = v52 * v53;
        let v55 = v54 + rest0;
        let v56 = half2 + 127i;
        let v57 = v56 << 23u;
        let v58 = v55 + 1.0f;
        let v59 = bitcast<f32>(v57);
        let v60 = bitcast<i32>(doublingsBiased0);
        let v61 = v60 + -1262485504i;
        let v62 = v61 - half2;
        let v63 = v62 + 127i;
        let v64 = v63 << 23u;
        let v65 = v58 * v59;
        let v66 = bitcast<f32>(v64);
        let power0 = v65 * v66;
        y[position0] = power0;
        sum0 = sum0 + power0;
      }
      sums[lane2] = sum0;
    }
    workgroupBarrier();
    storageBarrier();
    for (var step1 = 0i; step1 < 6i; step1 += 1i) {
      let half1 = 32i >> u32(step1);
      {
        let lane3 = i32(invocation);
        if (lane3 < half1) {
          let own1 = sums[lane3];
          let other1 = sums[lane3 + half1];
          sums[lane3] = own1 + other1;
        }
      }
      workgroupBarrier();
      storageBarrier();
    }
    let rowSum0 = sums[0i];
    let scale0 = 1.0f / rowSum0;
    {
      let lane4 = i32(invocation);
      for (var column2 = lane4; column2 < scalars.columns; column2 += 64i) {
        let position1 = start0 + column2;
        let power1 = y[position1];
        y[position1] = power1 * scale0;
      }
    }
  }
}

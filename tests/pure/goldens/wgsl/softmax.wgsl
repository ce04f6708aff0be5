struct Scalars {
  rows: i32,
  columns: i32,
  gridBegin: i32,
  gridEnd: i32,
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
  let first0 = max(scalars.gridBegin, 0i);
  let v67 = min(scalars.gridEnd, scalars.rows);
  let v68 = v67 - first0;
  let end0 = max(v68, 0i);
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    let v1 = first0 + group0;
    let start0 = v1 * scalars.columns;
    {
      let lane0 = i32(invocation);
      var largest0 = negativeInfinity0;
      for (var column0 = lane0; column0 < scalars.columns; column0 += 64i) {
        let value0 = x[start0 + column0];
        let bits1 = bitcast<i32>(value0);
        let bits2 = bitcast<i32>(largest0);
        let v2 = bits1 >> 31u;
        let v3 = v2 & 2147483647i;
        let v4 = bits1 ^ v3;
        let v5 = v4 + 2139095041i;
        let v6 = bits2 >> 31u;
        let v7 = v6 & 2147483647i;
        let v8 = bits2 ^ v7;
        let v9 = v8 + 2139095041i;
        let v10 = bitcast<u32>(v5);
        let v11 = bitcast<u32>(v9);
        let v12 = v10 > v11;
        largest0 = select(largest0, value0, v12);
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
          let bits3 = bitcast<i32>(other0);
          let bits4 = bitcast<i32>(own0);
          let v13 = bits3 >> 31u;
          let v14 = v13 & 2147483647i;
          let v15 = bits3 ^ v14;
          let v16 = v15 + 2139095041i;
          let v17 = bits4 >> 31u;
          let v18 = v17 & 2147483647i;
          let v19 = bits4 ^ v18;
          let v20 = v19 + 2139095041i;
          let v21 = bitcast<u32>(v16);
          let v22 = bitcast<u32>(v20);
          let v23 = v21 > v22;
          maxima[lane1] = select(own0, other0, v23);
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
        let v24 = bitcast<i32>(x0);
        let v25 = bitcast<i32>(x0);
        let v26 = v24 > 1118961664i;
        let v27 = v25 <= 2139095040i;
        let v28 = v26 & v27;
        let below0 = select(x0, 89.0f, v28);
        let v29 = bitcast<u32>(below0);
        let v30 = bitcast<u32>(below0);
        let v31 = v29 > 3268411392u;
        let v32 = v30 <= 4286578688u;
        let v33 = v31 & v32;
        let clamped0 = select(below0, -104.0f, v33);
        let v34 = clamped0 * 1.442695f;
        let doublings0 = round(v34);
        let bits0 = bitcast<i32>(doublings0);
        let magnitude0 = bits0 & 2147483647i;
        let v35 = bits0 >> 31u;
        let v36 = magnitude0 < 1325400064i;
        let v37 = i32(doublings0);
        let v38 = v35 ^ 2147483647i;
        let v39 = magnitude0 > 2139095040i;
        let v40 = select(v38, v37, v36);
        let doublingsInteger0 = select(v40, 0i, v39);
        let v41 = doublings0 * 0.69314575f;
        let v42 = clamped0 - v41;
        let v43 = bitcast<u32>(v42);
        let v44 = v43 | scalars.runtimeZero;
        let v45 = bitcast<f32>(v44);
        let v46 = doublings0 * 0.00000142860677f;
        let rest0 = v45 - v46;
        let half2 = doublingsInteger0 >> 1u;
        let v47 = 0.0013838812f * rest0;
        let v48 = v47 + 0.0083691925f;
        let v49 = v48 * rest0;
        let v50 = v49 + 0.041668102f;
        let v51 = v50 * rest0;
        let v52 = v51 + 0.16666517f;
        let v53 = v52 * rest0;
        let v54 = rest0 * rest0;
        let v55 = v53 + 0.49999994f;
        let v56 = v54 * v55;
        let v57 = v56 + rest0;
        let v58 = half2 + 127i;
        let v59 = v58 << 23u;
        let v60 = v57 + 1.0f;
        let v61 = bitcast<f32>(v59);
        let v62 = doublingsInteger0 - half2;
        let v63 = v62 + 127i;
        let v64 = v63 << 23u;
        let v65 = v60 * v61;
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

// 64 workgroups of 256
@group(0) @binding(0) var<storage, read> in0: array<f32>;
@group(0) @binding(1) var<storage, read> in1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> out0: array<vec4<f32>>;

var<workgroup> tile0: array<f32, 1024>;
var<workgroup> tile1: array<vec4<f32>, 256>;

@compute @workgroup_size(256)
fn dot_general(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  var sums0: array<vec4<f32>, 4>;
  let group1 = i32(workgroupId.x);
  {
    let lane3 = i32(invocation);
    sums0[0i] = vec4<f32>(0.0f);
    sums0[1i] = vec4<f32>(0.0f);
    sums0[2i] = vec4<f32>(0.0f);
    sums0[3i] = vec4<f32>(0.0f);
  }
  let rowTile1 = group1 / 8i;
  let at4 = rowTile1 * 32768i;
  let v4 = group1 % 8i;
  let at5 = v4 * 64i;
  for (var step1 = 0i; step1 < 32i; step1 += 1i) {
    let v12 = step1 * 16i;
    let at2 = at4 + v12;
    let v13 = step1 * 8192i;
    let at3 = at5 + v13;
    {
      let lane1 = i32(invocation);
      let product3 = lane1 % 16i;
      let v0 = lane1 / 16i;
      let at0 = at2 + product3;
      let at1 = product3 * 64i;
      let v14 = v0 * 512i;
      let v1 = in0[at0 + v14];
      tile0[at1 + v0] = v1;
      let place1 = v0 + 16i;
      let v15 = place1 * 512i;
      let v2 = in0[at0 + v15];
      tile0[at1 + place1] = v2;
      let place4 = v0 + 32i;
      let v16 = place4 * 512i;
      let v3 = in0[at0 + v16];
      tile0[at1 + place4] = v3;
      let place5 = v0 + 48i;
      let v17 = place5 * 512i;
      let v11 = in0[at0 + v17];
      tile0[at1 + place5] = v11;
      let v18 = lane1 % 16i;
      let place3 = v18 * 4i;
      let v19 = group1 % 8i;
      let v20 = v19 * 16i;
      let v21 = step1 * 2048i;
      let v22 = lane1 / 16i;
      let v23 = v20 + v21;
      let v24 = v22 * 128i;
      let v25 = v23 + v24;
      let v26 = lane1 % 16i;
      let place0 = v25 + v26;
      let v5 = in1[place0];
      let v27 = lane1 / 16i;
      let v28 = v27 * 16i;
      let v29 = lane1 % 16i;
      let place2 = v28 + v29;
      tile1[place2] = v5;
    }
    workgroupBarrier();
    {
      let lane2 = i32(invocation);
      let laneRow1 = lane2 / 16i;
      let rowPlace1 = laneRow1 * 4i;
      let v30 = laneRow1 * 4i;
      let rowPlace2 = v30 + 1i;
      let v31 = laneRow1 * 4i;
      let rowPlace3 = v31 + 2i;
      let v32 = laneRow1 * 4i;
      let rowPlace4 = v32 + 3i;
      let v33 = lane2 % 16i;
      let columnPlace2 = v33 * 4i;
      let held4 = sums0[0i];
      var sum1 = held4;
      let held5 = sums0[1i];
      var sum2 = held5;
      let held6 = sums0[2i];
      var sum3 = held6;
      let held7 = sums0[3i];
      var sum4 = held7;
      for (var product5 = 0i; product5 < 16i; product5 += 1i) {
        let v34 = product5 * 64i;
        let v6 = tile0[v34 + rowPlace1];
        let v35 = product5 * 64i;
        let v7 = tile0[v35 + rowPlace2];
        let v36 = product5 * 64i;
        let v8 = tile0[v36 + rowPlace3];
        let v37 = product5 * 64i;
        let v9 = tile0[v37 + rowPlace4];
        let v38 = product5 * 16i;
        let v39 = lane2 % 16i;
        let place6 = v38 + v39;
        let v10 = tile1[place6];
        let v40 = vec4<f32>(v6);
        let v41 = v40 * v10;
        sum1 = sum1 + v41;
        let v42 = vec4<f32>(v7);
        let v43 = v42 * v10;
        sum2 = sum2 + v43;
        let v44 = vec4<f32>(v8);
        let v45 = v44 * v10;
        sum3 = sum3 + v45;
        let v46 = vec4<f32>(v9);
        let v47 = v46 * v10;
        sum4 = sum4 + v47;
      }
      sums0[0i] = sum1;
      sums0[1i] = sum2;
      sums0[2i] = sum3;
      sums0[3i] = sum4;
    }
    workgroupBarrier();
  }
  let v48 = group1 % 8i;
  let v49 = rowTile1 * 32768i;
  let v50 = v48 * 64i;
  let at6 = v49 + v50;
  {
    let lane4 = i32(invocation);
    let held12 = sums0[0i];
    var sum5 = held12;
    let held13 = sums0[1i];
    var sum6 = held13;
    let held14 = sums0[2i];
    var sum7 = held14;
    let held15 = sums0[3i];
    var sum8 = held15;
    let v51 = lane4 / 16i;
    let v52 = v51 * 2048i;
    let v53 = lane4 % 16i;
    let v54 = at6 + v52;
    let v55 = v53 * 4i;
    let at7 = v54 + v55;
    let v56 = group1 % 8i;
    let v57 = rowTile1 * 8192i;
    let v58 = v56 * 16i;
    let v59 = lane4 / 16i;
    let v60 = v57 + v58;
    let v61 = v59 * 512i;
    let v62 = v60 + v61;
    let v63 = lane4 % 16i;
    let place7 = v62 + v63;
    out0[place7] = sum5;
    let v64 = group1 % 8i;
    let v65 = rowTile1 * 8192i;
    let v66 = v64 * 16i;
    let v67 = lane4 / 16i;
    let v68 = v65 + v66;
    let v69 = v67 * 512i;
    let v70 = v68 + v69;
    let v71 = lane4 % 16i;
    let v72 = v70 + v71;
    let place8 = v72 + 128i;
    out0[place8] = sum6;
    let v73 = group1 % 8i;
    let v74 = rowTile1 * 8192i;
    let v75 = v73 * 16i;
    let v76 = lane4 / 16i;
    let v77 = v74 + v75;
    let v78 = v76 * 512i;
    let v79 = v77 + v78;
    let v80 = lane4 % 16i;
    let v81 = v79 + v80;
    let place9 = v81 + 256i;
    out0[place9] = sum7;
    let v82 = group1 % 8i;
    let v83 = rowTile1 * 8192i;
    let v84 = v82 * 16i;
    let v85 = lane4 / 16i;
    let v86 = v83 + v84;
    let v87 = v85 * 512i;
    let v88 = v86 + v87;
    let v89 = lane4 % 16i;
    let v90 = v88 + v89;
    let place10 = v90 + 384i;
    out0[place10] = sum8;
  }
}

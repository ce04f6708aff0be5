// 9 workgroups of 64
@group(0) @binding(0) var<storage, read> in0: array<f32>;
@group(0) @binding(1) var<storage, read> in1: array<f32>;
@group(0) @binding(2) var<storage, read_write> out0: array<f32>;

var<workgroup> tile0: array<f32, 512>;
var<workgroup> tile1: array<f32, 512>;

@compute @workgroup_size(64)
fn dot_general(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  var sums0: array<f32, 16>;
  let group1 = i32(workgroupId.x);
  {
    let lane3 = i32(invocation);
    sums0[0i] = 0.0f;
    sums0[1i] = 0.0f;
    sums0[2i] = 0.0f;
    sums0[3i] = 0.0f;
    sums0[4i] = 0.0f;
    sums0[5i] = 0.0f;
    sums0[6i] = 0.0f;
    sums0[7i] = 0.0f;
    sums0[8i] = 0.0f;
    sums0[9i] = 0.0f;
    sums0[10i] = 0.0f;
    sums0[11i] = 0.0f;
    sums0[12i] = 0.0f;
    sums0[13i] = 0.0f;
    sums0[14i] = 0.0f;
    sums0[15i] = 0.0f;
  }
  let rowTile1 = group1 / 3i;
  let columnTile1 = group1 % 3i;
  for (var step1 = 0i; step1 < 3i; step1 += 1i) {
    let at2 = step1 * 16i;
    let at5 = step1 * 1120i;
    {
      let lane1 = i32(invocation);
      let product3 = lane1 % 16i;
      let v0 = lane1 / 16i;
      let v4 = at2 + product3;
      let v1 = v4 < 45i;
      let at0 = at2 + product3;
      let at1 = product3 * 32i;
      if (v1) {
        let v5 = rowTile1 * 32i;
        let v30 = v5 + v0;
        let v31 = min(v30, 66i);
        let v32 = v31 * 45i;
        let v14 = in0[at0 + v32];
        tile0[at1 + v0] = v14;
      }
      let place1 = v0 + 4i;
      if (v1) {
        let v33 = rowTile1 * 32i;
        let v34 = v33 + place1;
        let v35 = min(v34, 66i);
        let v36 = v35 * 45i;
        let v15 = in0[at0 + v36];
        tile0[at1 + place1] = v15;
      }
      let place3 = v0 + 8i;
      if (v1) {
        let v37 = rowTile1 * 32i;
        let v38 = v37 + place3;
        let v39 = min(v38, 66i);
        let v40 = v39 * 45i;
        let v16 = in0[at0 + v40];
        tile0[at1 + place3] = v16;
      }
      let place4 = v0 + 12i;
      if (v1) {
        let v41 = rowTile1 * 32i;
        let v42 = v41 + place4;
        let v43 = min(v42, 66i);
        let v44 = v43 * 45i;
        let v17 = in0[at0 + v44];
        tile0[at1 + place4] = v17;
      }
      let place5 = v0 + 16i;
      if (v1) {
        let v45 = rowTile1 * 32i;
        let v46 = v45 + place5;
        let v47 = min(v46, 66i);
        let v48 = v47 * 45i;
        let v18 = in0[at0 + v48];
        tile0[at1 + place5] = v18;
      }
      let place6 = v0 + 20i;
      if (v1) {
        let v49 = rowTile1 * 32i;
        let v50 = v49 + place6;
        let v51 = min(v50, 66i);
        let v52 = v51 * 45i;
        let v19 = in0[at0 + v52];
        tile0[at1 + place6] = v19;
      }
      let place7 = v0 + 24i;
      if (v1) {
        let v53 = rowTile1 * 32i;
        let v54 = v53 + place7;
        let v55 = min(v54, 66i);
        let v56 = v55 * 45i;
        let v20 = in0[at0 + v56];
        tile0[at1 + place7] = v20;
      }
      let place8 = v0 + 28i;
      if (v1) {
        let v57 = rowTile1 * 32i;
        let v58 = v57 + place8;
        let v59 = min(v58, 66i);
        let v60 = v59 * 45i;
        let v21 = in0[at0 + v60];
        tile0[at1 + place8] = v21;
      }
      let v2 = lane1 / 32i;
      let v61 = columnTile1 * 32i;
      let v62 = lane1 % 32i;
      let v63 = v61 + v62;
      let v64 = min(v63, 69i);
      let at3 = at5 + v64;
      let v65 = v2 * 70i;
      let v22 = in1[at3 + v65];
      tile1[lane1] = v22;
      let v66 = v2 * 70i;
      let v67 = at3 + v66;
      let v23 = in1[v67 + 140i];
      tile1[lane1 + 64i] = v23;
      let v68 = v2 * 70i;
      let v69 = at3 + v68;
      let v24 = in1[v69 + 280i];
      tile1[lane1 + 128i] = v24;
      let v70 = v2 * 70i;
      let v71 = at3 + v70;
      let v25 = in1[v71 + 420i];
      tile1[lane1 + 192i] = v25;
      let v72 = v2 * 70i;
      let v73 = at3 + v72;
      let v26 = in1[v73 + 560i];
      tile1[lane1 + 256i] = v26;
      let v74 = v2 * 70i;
      let v75 = at3 + v74;
      let v27 = in1[v75 + 700i];
      tile1[lane1 + 320i] = v27;
      let product9 = v2 + 12i;
      let v77 = at2 + product9;
      if (v77 < 45i) {
        let v76 = product9 * 70i;
        let v28 = in1[at3 + v76];
        tile1[lane1 + 384i] = v28;
      }
      let product10 = v2 + 14i;
      let v79 = at2 + product10;
      if (v79 < 45i) {
        let v78 = product10 * 70i;
        let v29 = in1[at3 + v78];
        tile1[lane1 + 448i] = v29;
      }
    }
    workgroupBarrier();
    let v80 = step1 * 16i;
    let v81 = 45i - v80;
    let v3 = min(v81, 16i);
    {
      let lane2 = i32(invocation);
      let laneRow1 = lane2 / 8i;
      let laneColumn1 = lane2 % 8i;
      let rowPlace1 = laneRow1 * 4i;
      let v82 = laneRow1 * 4i;
      let rowPlace2 = v82 + 1i;
      let v83 = laneRow1 * 4i;
      let rowPlace3 = v83 + 2i;
      let v84 = laneRow1 * 4i;
      let rowPlace4 = v84 + 3i;
      let columnPlace1 = laneColumn1 * 4i;
      let v85 = laneColumn1 * 4i;
      let columnPlace2 = v85 + 1i;
      let v86 = laneColumn1 * 4i;
      let columnPlace3 = v86 + 2i;
      let v87 = laneColumn1 * 4i;
      let columnPlace4 = v87 + 3i;
      let held16 = sums0[0i];
      var sum1 = held16;
      let held17 = sums0[1i];
      var sum2 = held17;
      let held18 = sums0[2i];
      var sum3 = held18;
      let held19 = sums0[3i];
      var sum4 = held19;
      let held20 = sums0[4i];
      var sum5 = held20;
      let held21 = sums0[5i];
      var sum6 = held21;
      let held22 = sums0[6i];
      var sum7 = held22;
      let held23 = sums0[7i];
      var sum8 = held23;
      let held24 = sums0[8i];
      var sum9 = held24;
      let held25 = sums0[9i];
      var sum10 = held25;
      let held26 = sums0[10i];
      var sum11 = held26;
      let held27 = sums0[11i];
      var sum12 = held27;
      let held28 = sums0[12i];
      var sum13 = held28;
      let held29 = sums0[13i];
      var sum14 = held29;
      let held30 = sums0[14i];
      var sum15 = held30;
      let held31 = sums0[15i];
      var sum16 = held31;
      for (var product5 = 0i; product5 < v3; product5 += 1i) {
        let v88 = product5 * 32i;
        let v6 = tile0[v88 + rowPlace1];
        let v89 = product5 * 32i;
        let v7 = tile0[v89 + rowPlace2];
        let v90 = product5 * 32i;
        let v8 = tile0[v90 + rowPlace3];
        let v91 = product5 * 32i;
        let v9 = tile0[v91 + rowPlace4];
        let v92 = product5 * 32i;
        let v10 = tile1[v92 + columnPlace1];
        let v93 = product5 * 32i;
        let v11 = tile1[v93 + columnPlace2];
        let v94 = product5 * 32i;
        let v12 = tile1[v94 + columnPlace3];
        let v95 = product5 * 32i;
        let v13 = tile1[v95 + columnPlace4];
        let v96 = v6 * v10;
        sum1 = sum1 + v96;
        let v97 = v7 * v10;
        sum2 = sum2 + v97;
        let v98 = v8 * v10;
        sum3 = sum3 + v98;
        let v99 = v9 * v10;
        sum4 = sum4 + v99;
        let v100 = v6 * v11;
        sum5 = sum5 + v100;
        let v101 = v7 * v11;
        sum6 = sum6 + v101;
        let v102 = v8 * v11;
        sum7 = sum7 + v102;
        let v103 = v9 * v11;
        sum8 = sum8 + v103;
        let v104 = v6 * v12;
        sum9 = sum9 + v104;
        let v105 = v7 * v12;
        sum10 = sum10 + v105;
        let v106 = v8 * v12;
        sum11 = sum11 + v106;
        let v107 = v9 * v12;
        sum12 = sum12 + v107;
        let v108 = v6 * v13;
        sum13 = sum13 + v108;
        let v109 = v7 * v13;
        sum14 = sum14 + v109;
        let v110 = v8 * v13;
        sum15 = sum15 + v110;
        let v111 = v9 * v13;
        sum16 = sum16 + v111;
      }
      sums0[0i] = sum1;
      sums0[1i] = sum2;
      sums0[2i] = sum3;
      sums0[3i] = sum4;
      sums0[4i] = sum5;
      sums0[5i] = sum6;
      sums0[6i] = sum7;
      sums0[7i] = sum8;
      sums0[8i] = sum9;
      sums0[9i] = sum10;
      sums0[10i] = sum11;
      sums0[11i] = sum12;
      sums0[12i] = sum13;
      sums0[13i] = sum14;
      sums0[14i] = sum15;
      sums0[15i] = sum16;
    }
    workgroupBarrier();
  }
  let at6 = rowTile1 * 32i;
  let at7 = columnTile1 * 32i;
  {
    let lane4 = i32(invocation);
    let laneRow2 = lane4 / 8i;
    let laneColumn2 = lane4 % 8i;
    let v112 = laneRow2 * 4i;
    let v113 = at6 + v112;
    let i11 = min(v113, 66i);
    let v114 = laneRow2 * 4i;
    let v115 = at6 + v114;
    let v116 = v115 + 1i;
    let i12 = min(v116, 66i);
    let v117 = laneRow2 * 4i;
    let v118 = at6 + v117;
    let v119 = v118 + 2i;
    let i13 = min(v119, 66i);
    let v120 = laneRow2 * 4i;
    let v121 = at6 + v120;
    let v122 = v121 + 3i;
    let i14 = min(v122, 66i);
    let v123 = laneColumn2 * 4i;
    let v124 = at7 + v123;
    let i15 = min(v124, 69i);
    let v125 = laneColumn2 * 4i;
    let v126 = at7 + v125;
    let v127 = v126 + 1i;
    let i16 = min(v127, 69i);
    let v128 = laneColumn2 * 4i;
    let v129 = at7 + v128;
    let v130 = v129 + 2i;
    let i17 = min(v130, 69i);
    let v131 = laneColumn2 * 4i;
    let v132 = at7 + v131;
    let v133 = v132 + 3i;
    let i18 = min(v133, 69i);
    let held48 = sums0[0i];
    var sum17 = held48;
    let held49 = sums0[1i];
    var sum18 = held49;
    let held50 = sums0[2i];
    var sum19 = held50;
    let held51 = sums0[3i];
    var sum20 = held51;
    let held52 = sums0[4i];
    var sum21 = held52;
    let held53 = sums0[5i];
    var sum22 = held53;
    let held54 = sums0[6i];
    var sum23 = held54;
    let held55 = sums0[7i];
    var sum24 = held55;
    let held56 = sums0[8i];
    var sum25 = held56;
    let held57 = sums0[9i];
    var sum26 = held57;
    let held58 = sums0[10i];
    var sum27 = held58;
    let held59 = sums0[11i];
    var sum28 = held59;
    let held60 = sums0[12i];
    var sum29 = held60;
    let held61 = sums0[13i];
    var sum30 = held61;
    let held62 = sums0[14i];
    var sum31 = held62;
    let held63 = sums0[15i];
    var sum32 = held63;
    let v134 = i11 * 70i;
    out0[v134 + i15] = sum17;
    let v135 = i12 * 70i;
    out0[v135 + i15] = sum18;
    let v136 = i13 * 70i;
    out0[v136 + i15] = sum19;
    let v137 = i14 * 70i;
    out0[v137 + i15] = sum20;
    let v138 = i11 * 70i;
    out0[v138 + i16] = sum21;
    let v139 = i12 * 70i;
    out0[v139 + i16] = sum22;
    let v140 = i13 * 70i;
    out0[v140 + i16] = sum23;
    let v141 = i14 * 70i;
    out0[v141 + i16] = sum24;
    let v142 = i11 * 70i;
    out0[v142 + i17] = sum25;
    let v143 = i12 * 70i;
    out0[v143 + i17] = sum26;
    let v144 = i13 * 70i;
    out0[v144 + i17] = sum27;
    let v145 = i14 * 70i;
    out0[v145 + i17] = sum28;
    let v146 = i11 * 70i;
    out0[v146 + i18] = sum29;
    let v147 = i12 * 70i;
    out0[v147 + i18] = sum30;
    let v148 = i13 * 70i;
    out0[v148 + i18] = sum31;
    let v149 = i14 * 70i;
    out0[v149 + i18] = sum32;
  }
}

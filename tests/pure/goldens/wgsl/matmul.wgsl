struct Scalars {
  rows: i32,
  inner: i32,
  columns: i32,
  gridBegin: i32,
  gridEnd: i32,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<uniform> scalars: Scalars;

var<workgroup> stripA: array<f32, 512>;
var<workgroup> stripB: array<f32, 512>;

@compute @workgroup_size(64)
fn matmul(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  var sums: array<f32, 16>;
  let first0 = max(scalars.gridBegin, 0i);
  let v0 = scalars.columns + 31i;
  let v1 = v0 / 32i;
  let count1 = max(v1, 0i);
  let divisor0 = max(count1, 1i);
  let v173 = scalars.rows + 31i;
  let v174 = v173 / 32i;
  let v175 = min(scalars.gridEnd, v174);
  let v176 = v175 - first0;
  let v177 = max(v176, 0i);
  let end0 = v177 * count1;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    let v2 = group0 / divisor0;
    let v3 = first0 + v2;
    let firstRow0 = v3 * 32i;
    let v4 = group0 % divisor0;
    let firstColumn0 = v4 * 32i;
    {
      let lane0 = i32(invocation);
      sums[0i] = 0.0f;
      sums[1i] = 0.0f;
      sums[2i] = 0.0f;
      sums[3i] = 0.0f;
      sums[4i] = 0.0f;
      sums[5i] = 0.0f;
      sums[6i] = 0.0f;
      sums[7i] = 0.0f;
      sums[8i] = 0.0f;
      sums[9i] = 0.0f;
      sums[10i] = 0.0f;
      sums[11i] = 0.0f;
      sums[12i] = 0.0f;
      sums[13i] = 0.0f;
      sums[14i] = 0.0f;
      sums[15i] = 0.0f;
    }
    for (var start0 = 0i; start0 < scalars.inner; start0 += 16i) {
      {
        let lane1 = i32(invocation);
        let v5 = lane1 / 16i;
        let row3 = firstRow0 + v5;
        let v6 = lane1 % 16i;
        let column3 = start0 + v6;
        var staged2 = 0.0f;
        let v8 = row3 < scalars.rows;
        let v9 = column3 < scalars.inner;
        if (v8 & v9) {
          let v7 = row3 * scalars.inner;
          let loaded0 = a[v7 + column3];
          staged2 = loaded0;
        }
        stripA[lane1] = staged2;
        let v10 = lane1 / 32i;
        let row4 = start0 + v10;
        let v11 = lane1 % 32i;
        let column4 = firstColumn0 + v11;
        var staged3 = 0.0f;
        let v13 = row4 < scalars.inner;
        let v14 = column4 < scalars.columns;
        if (v13 & v14) {
          let v12 = row4 * scalars.columns;
          let loaded1 = b[v12 + column4];
          staged3 = loaded1;
        }
        stripB[lane1] = staged3;
        let place2 = lane1 + 64i;
        let v15 = lane1 / 16i;
        let v16 = firstRow0 + v15;
        let row5 = v16 + 4i;
        let v17 = lane1 % 16i;
        let column5 = start0 + v17;
        var staged4 = 0.0f;
        let v19 = row5 < scalars.rows;
        let v20 = column5 < scalars.inner;
        if (v19 & v20) {
          let v18 = row5 * scalars.inner;
          let loaded2 = a[v18 + column5];
          staged4 = loaded2;
        }
        stripA[place2] = staged4;
        let v21 = lane1 / 32i;
        let v22 = start0 + v21;
        let row6 = v22 + 2i;
        let v23 = lane1 % 32i;
        let column6 = firstColumn0 + v23;
        var staged5 = 0.0f;
        let v25 = row6 < scalars.inner;
        let v26 = column6 < scalars.columns;
        if (v25 & v26) {
          let v24 = row6 * scalars.columns;
          let loaded3 = b[v24 + column6];
          staged5 = loaded3;
        }
        stripB[place2] = staged5;
        let place3 = lane1 + 128i;
        let v27 = lane1 / 16i;
        let v28 = firstRow0 + v27;
        let row7 = v28 + 8i;
        let v29 = lane1 % 16i;
        let column7 = start0 + v29;
        var staged6 = 0.0f;
        let v31 = row7 < scalars.rows;
        let v32 = column7 < scalars.inner;
        if (v31 & v32) {
          let v30 = row7 * scalars.inner;
          let loaded4 = a[v30 + column7];
          staged6 = loaded4;
        }
        stripA[place3] = staged6;
        let v33 = lane1 / 32i;
        let v34 = start0 + v33;
        let row8 = v34 + 4i;
        let v35 = lane1 % 32i;
        let column8 = firstColumn0 + v35;
        var staged7 = 0.0f;
        let v37 = row8 < scalars.inner;
        let v38 = column8 < scalars.columns;
        if (v37 & v38) {
          let v36 = row8 * scalars.columns;
          let loaded5 = b[v36 + column8];
          staged7 = loaded5;
        }
        stripB[place3] = staged7;
        let place4 = lane1 + 192i;
        let v39 = lane1 / 16i;
        let v40 = firstRow0 + v39;
        let row9 = v40 + 12i;
        let v41 = lane1 % 16i;
        let column9 = start0 + v41;
        var staged8 = 0.0f;
        let v43 = row9 < scalars.rows;
        let v44 = column9 < scalars.inner;
        if (v43 & v44) {
          let v42 = row9 * scalars.inner;
          let loaded6 = a[v42 + column9];
          staged8 = loaded6;
        }
        stripA[place4] = staged8;
        let v45 = lane1 / 32i;
        let v46 = start0 + v45;
        let row10 = v46 + 6i;
        let v47 = lane1 % 32i;
        let column10 = firstColumn0 + v47;
        var staged9 = 0.0f;
        let v49 = row10 < scalars.inner;
        let v50 = column10 < scalars.columns;
        if (v49 & v50) {
          let v48 = row10 * scalars.columns;
          let loaded7 = b[v48 + column10];
          staged9 = loaded7;
        }
        stripB[place4] = staged9;
        let place5 = lane1 + 256i;
        let v51 = lane1 / 16i;
        let v52 = firstRow0 + v51;
        let row11 = v52 + 16i;
        let v53 = lane1 % 16i;
        let column11 = start0 + v53;
        var staged10 = 0.0f;
        let v55 = row11 < scalars.rows;
        let v56 = column11 < scalars.inner;
        if (v55 & v56) {
          let v54 = row11 * scalars.inner;
          let loaded8 = a[v54 + column11];
          staged10 = loaded8;
        }
        stripA[place5] = staged10;
        let v57 = lane1 / 32i;
        let v58 = start0 + v57;
        let row12 = v58 + 8i;
        let v59 = lane1 % 32i;
        let column12 = firstColumn0 + v59;
        var staged11 = 0.0f;
        let v61 = row12 < scalars.inner;
        let v62 = column12 < scalars.columns;
        if (v61 & v62) {
          let v60 = row12 * scalars.columns;
          let loaded9 = b[v60 + column12];
          staged11 = loaded9;
        }
        stripB[place5] = staged11;
        let place6 = lane1 + 320i;
        let v63 = lane1 / 16i;
        let v64 = firstRow0 + v63;
        let row13 = v64 + 20i;
        let v65 = lane1 % 16i;
        let column13 = start0 + v65;
        var staged12 = 0.0f;
        let v67 = row13 < scalars.rows;
        let v68 = column13 < scalars.inner;
        if (v67 & v68) {
          let v66 = row13 * scalars.inner;
          let loaded10 = a[v66 + column13];
          staged12 = loaded10;
        }
        stripA[place6] = staged12;
        let v69 = lane1 / 32i;
        let v70 = start0 + v69;
        let row14 = v70 + 10i;
        let v71 = lane1 % 32i;
        let column14 = firstColumn0 + v71;
        var staged13 = 0.0f;
        let v73 = row14 < scalars.inner;
        let v74 = column14 < scalars.columns;
        if (v73 & v74) {
          let v72 = row14 * scalars.columns;
          let loaded11 = b[v72 + column14];
          staged13 = loaded11;
        }
        stripB[place6] = staged13;
        let place7 = lane1 + 384i;
        let v75 = lane1 / 16i;
        let v76 = firstRow0 + v75;
        let row15 = v76 + 24i;
        let v77 = lane1 % 16i;
        let column15 = start0 + v77;
        var staged14 = 0.0f;
        let v79 = row15 < scalars.rows;
        let v80 = column15 < scalars.inner;
        if (v79 & v80) {
          let v78 = row15 * scalars.inner;
          let loaded12 = a[v78 + column15];
          staged14 = loaded12;
        }
        stripA[place7] = staged14;
        let v81 = lane1 / 32i;
        let v82 = start0 + v81;
        let row16 = v82 + 12i;
        let v83 = lane1 % 32i;
        let column16 = firstColumn0 + v83;
        var staged15 = 0.0f;
        let v85 = row16 < scalars.inner;
        let v86 = column16 < scalars.columns;
        if (v85 & v86) {
          let v84 = row16 * scalars.columns;
          let loaded13 = b[v84 + column16];
          staged15 = loaded13;
        }
        stripB[place7] = staged15;
        let place8 = lane1 + 448i;
        let v87 = lane1 / 16i;
        let v88 = firstRow0 + v87;
        let row17 = v88 + 28i;
        let v89 = lane1 % 16i;
        let column17 = start0 + v89;
        var staged16 = 0.0f;
        let v91 = row17 < scalars.rows;
        let v92 = column17 < scalars.inner;
        if (v91 & v92) {
          let v90 = row17 * scalars.inner;
          let loaded14 = a[v90 + column17];
          staged16 = loaded14;
        }
        stripA[place8] = staged16;
        let v93 = lane1 / 32i;
        let v94 = start0 + v93;
        let row18 = v94 + 14i;
        let v95 = lane1 % 32i;
        let column18 = firstColumn0 + v95;
        var staged17 = 0.0f;
        let v97 = row18 < scalars.inner;
        let v98 = column18 < scalars.columns;
        if (v97 & v98) {
          let v96 = row18 * scalars.columns;
          let loaded15 = b[v96 + column18];
          staged17 = loaded15;
        }
        stripB[place8] = staged17;
      }
      workgroupBarrier();
      {
        let lane2 = i32(invocation);
        let v99 = lane2 / 8i;
        let ownRow0 = v99 * 64i;
        let v100 = lane2 % 8i;
        let ownColumn0 = v100 * 4i;
        for (var step0 = 0i; step0 < 16i; step0 += 1i) {
          let v101 = step0 * 32i;
          let rowOfB0 = v101 + ownColumn0;
          let left1 = stripA[ownRow0 + step0];
          let right5 = stripB[rowOfB0];
          let sum6 = sums[0i];
          let v102 = left1 * right5;
          sums[0i] = sum6 + v102;
          let right6 = stripB[rowOfB0 + 1i];
          let sum7 = sums[1i];
          let v103 = left1 * right6;
          sums[1i] = sum7 + v103;
          let right7 = stripB[rowOfB0 + 2i];
          let sum8 = sums[2i];
          let v104 = left1 * right7;
          sums[2i] = sum8 + v104;
          let right8 = stripB[rowOfB0 + 3i];
          let sum9 = sums[3i];
          let v105 = left1 * right8;
          sums[3i] = sum9 + v105;
          let v106 = ownRow0 + step0;
          let left2 = stripA[v106 + 16i];
          let right9 = stripB[rowOfB0];
          let sum10 = sums[4i];
          let v107 = left2 * right9;
          sums[4i] = sum10 + v107;
          let right10 = stripB[rowOfB0 + 1i];
          let sum11 = sums[5i];
          let v108 = left2 * right10;
          sums[5i] = sum11 + v108;
          let right11 = stripB[rowOfB0 + 2i];
          let sum12 = sums[6i];
          let v109 = left2 * right11;
          sums[6i] = sum12 + v109;
          let right12 = stripB[rowOfB0 + 3i];
          let sum13 = sums[7i];
          let v110 = left2 * right12;
          sums[7i] = sum13 + v110;
          let v111 = ownRow0 + step0;
          let left3 = stripA[v111 + 32i];
          let right13 = stripB[rowOfB0];
          let sum14 = sums[8i];
          let v112 = left3 * right13;
          sums[8i] = sum14 + v112;
          let right14 = stripB[rowOfB0 + 1i];
          let sum15 = sums[9i];
          let v113 = left3 * right14;
          sums[9i] = sum15 + v113;
          let right15 = stripB[rowOfB0 + 2i];
          let sum16 = sums[10i];
          let v114 = left3 * right15;
          sums[10i] = sum16 + v114;
          let right16 = stripB[rowOfB0 + 3i];
          let sum17 = sums[11i];
          let v115 = left3 * right16;
          sums[11i] = sum17 + v115;
          let v116 = ownRow0 + step0;
          let left4 = stripA[v116 + 48i];
          let right17 = stripB[rowOfB0];
          let sum18 = sums[12i];
          let v117 = left4 * right17;
          sums[12i] = sum18 + v117;
          let right18 = stripB[rowOfB0 + 1i];
          let sum19 = sums[13i];
          let v118 = left4 * right18;
          sums[13i] = sum19 + v118;
          let right19 = stripB[rowOfB0 + 2i];
          let sum20 = sums[14i];
          let v119 = left4 * right19;
          sums[14i] = sum20 + v119;
          let right20 = stripB[rowOfB0 + 3i];
          let sum21 = sums[15i];
          let v120 = left4 * right20;
          sums[15i] = sum21 + v120;
        }
      }
      workgroupBarrier();
    }
    {
      let lane3 = i32(invocation);
      let v121 = lane3 / 8i;
      let v122 = v121 * 4i;
      let ownRow1 = firstRow0 + v122;
      let v123 = lane3 % 8i;
      let v124 = v123 * 4i;
      let ownColumn1 = firstColumn0 + v124;
      let v126 = ownRow1 < scalars.rows;
      let v127 = ownColumn1 < scalars.columns;
      if (v126 & v127) {
        let sum26 = sums[0i];
        let v125 = ownRow1 * scalars.columns;
        c[v125 + ownColumn1] = sum26;
      }
      let column24 = ownColumn1 + 1i;
      let v129 = ownRow1 < scalars.rows;
      let v130 = column24 < scalars.columns;
      if (v129 & v130) {
        let sum27 = sums[1i];
        let v128 = ownRow1 * scalars.columns;
        c[v128 + column24] = sum27;
      }
      let column25 = ownColumn1 + 2i;
      let v132 = ownRow1 < scalars.rows;
      let v133 = column25 < scalars.columns;
      if (v132 & v133) {
        let sum28 = sums[2i];
        let v131 = ownRow1 * scalars.columns;
        c[v131 + column25] = sum28;
      }
      let column26 = ownColumn1 + 3i;
      let v135 = ownRow1 < scalars.rows;
      let v136 = column26 < scalars.columns;
      if (v135 & v136) {
        let sum29 = sums[3i];
        let v134 = ownRow1 * scalars.columns;
        c[v134 + column26] = sum29;
      }
      let row27 = ownRow1 + 1i;
      let v138 = row27 < scalars.rows;
      let v139 = ownColumn1 < scalars.columns;
      if (v138 & v139) {
        let sum30 = sums[4i];
        let v137 = row27 * scalars.columns;
        c[v137 + ownColumn1] = sum30;
      }
      let row28 = ownRow1 + 1i;
      let column28 = ownColumn1 + 1i;
      let v141 = row28 < scalars.rows;
      let v142 = column28 < scalars.columns;
      if (v141 & v142) {
        let sum31 = sums[5i];
        let v140 = row28 * scalars.columns;
        c[v140 + column28] = sum31;
      }
      let row29 = ownRow1 + 1i;
      let column29 = ownColumn1 + 2i;
      let v144 = row29 < scalars.rows;
      let v145 = column29 < scalars.columns;
      if (v144 & v145) {
        let sum32 = sums[6i];
        let v143 = row29 * scalars.columns;
        c[v143 + column29] = sum32;
      }
      let row30 = ownRow1 + 1i;
      let column30 = ownColumn1 + 3i;
      let v147 = row30 < scalars.rows;
      let v148 = column30 < scalars.columns;
      if (v147 & v148) {
        let sum33 = sums[7i];
        let v146 = row30 * scalars.columns;
        c[v146 + column30] = sum33;
      }
      let row31 = ownRow1 + 2i;
      let v150 = row31 < scalars.rows;
      let v151 = ownColumn1 < scalars.columns;
      if (v150 & v151) {
        let sum34 = sums[8i];
        let v149 = row31 * scalars.columns;
        c[v149 + ownColumn1] = sum34;
      }
      let row32 = ownRow1 + 2i;
      let column32 = ownColumn1 + 1i;
      let v153 = row32 < scalars.rows;
      let v154 = column32 < scalars.columns;
      if (v153 & v154) {
        let sum35 = sums[9i];
        let v152 = row32 * scalars.columns;
        c[v152 + column32] = sum35;
      }
      let row33 = ownRow1 + 2i;
      let column33 = ownColumn1 + 2i;
      let v156 = row33 < scalars.rows;
      let v157 = column33 < scalars.columns;
      if (v156 & v157) {
        let sum36 = sums[10i];
        let v155 = row33 * scalars.columns;
        c[v155 + column33] = sum36;
      }
      let row34 = ownRow1 + 2i;
      let column34 = ownColumn1 + 3i;
      let v159 = row34 < scalars.rows;
      let v160 = column34 < scalars.columns;
      if (v159 & v160) {
        let sum37 = sums[11i];
        let v158 = row34 * scalars.columns;
        c[v158 + column34] = sum37;
      }
      let row35 = ownRow1 + 3i;
      let v162 = row35 < scalars.rows;
      let v163 = ownColumn1 < scalars.columns;
      if (v162 & v163) {
        let sum38 = sums[12i];
        let v161 = row35 * scalars.columns;
        c[v161 + ownColumn1] = sum38;
      }
      let row36 = ownRow1 + 3i;
      let column36 = ownColumn1 + 1i;
      let v165 = row36 < scalars.rows;
      let v166 = column36 < scalars.columns;
      if (v165 & v166) {
        let sum39 = sums[13i];
        let v164 = row36 * scalars.columns;
        c[v164 + column36] = sum39;
      }
      let row37 = ownRow1 + 3i;
      let column37 = ownColumn1 + 2i;
      let v168 = row37 < scalars.rows;
      let v169 = column37 < scalars.columns;
      if (v168 & v169) {
        let sum40 = sums[14i];
        let v167 = row37 * scalars.columns;
        c[v167 + column37] = sum40;
      }
      let row38 = ownRow1 + 3i;
      let column38 = ownColumn1 + 3i;
      let v171 = row38 < scalars.rows;
      let v172 = column38 < scalars.columns;
      if (v171 & v172) {
        let sum41 = sums[15i];
        let v170 = row38 * scalars.columns;
        c[v170 + column38] = sum41;
      }
    }
  }
}

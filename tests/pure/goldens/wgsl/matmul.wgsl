struct Scalars {
  rows: i32,
  inner: i32,
  columns: i32,
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
  let v0 = scalars.columns + 31i;
  let v1 = v0 / 32i;
  let count1 = max(v1, 0i);
  let divisor0 = max(count1, 1i);
  let v172 = scalars.rows + 31i;
  let v173 = v172 / 32i;
  let v174 = max(v173, 0i);
  let end0 = v174 * count1;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    let v2 = group0 / divisor0;
    let firstRow0 = v2 * 32i;
    let v3 = group0 % divisor0;
    let firstColumn0 = v3 * 32i;
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
        let v4 = lane1 / 16i;
        let row3 = firstRow0 + v4;
        let v5 = lane1 % 16i;
        let column3 = start0 + v5;
        var staged2 = 0.0f;
        let v7 = row3 < scalars.rows;
        let v8 = column3 < scalars.inner;
        if (v7 & v8) {
          let v6 = row3 * scalars.inner;
          let loaded0 = a[v6 + column3];
          staged2 = loaded0;
        }
        stripA[lane1] = staged2;
        let v9 = lane1 / 32i;
        let row4 = start0 + v9;
        let v10 = lane1 % 32i;
        let column4 = firstColumn0 + v10;
        var staged3 = 0.0f;
        let v12 = row4 < scalars.inner;
        let v13 = column4 < scalars.columns;
        if (v12 & v13) {
          let v11 = row4 * scalars.columns;
          let loaded1 = b[v11 + column4];
          staged3 = loaded1;
        }
        stripB[lane1] = staged3;
        let place2 = lane1 + 64i;
        let v14 = lane1 / 16i;
        let v15 = firstRow0 + v14;
        let row5 = v15 + 4i;
        let v16 = lane1 % 16i;
        let column5 = start0 + v16;
        var staged4 = 0.0f;
        let v18 = row5 < scalars.rows;
        let v19 = column5 < scalars.inner;
        if (v18 & v19) {
          let v17 = row5 * scalars.inner;
          let loaded2 = a[v17 + column5];
          staged4 = loaded2;
        }
        stripA[place2] = staged4;
        let v20 = lane1 / 32i;
        let v21 = start0 + v20;
        let row6 = v21 + 2i;
        let v22 = lane1 % 32i;
        let column6 = firstColumn0 + v22;
        var staged5 = 0.0f;
        let v24 = row6 < scalars.inner;
        let v25 = column6 < scalars.columns;
        if (v24 & v25) {
          let v23 = row6 * scalars.columns;
          let loaded3 = b[v23 + column6];
          staged5 = loaded3;
        }
        stripB[place2] = staged5;
        let place3 = lane1 + 128i;
        let v26 = lane1 / 16i;
        let v27 = firstRow0 + v26;
        let row7 = v27 + 8i;
        let v28 = lane1 % 16i;
        let column7 = start0 + v28;
        var staged6 = 0.0f;
        let v30 = row7 < scalars.rows;
        let v31 = column7 < scalars.inner;
        if (v30 & v31) {
          let v29 = row7 * scalars.inner;
          let loaded4 = a[v29 + column7];
          staged6 = loaded4;
        }
        stripA[place3] = staged6;
        let v32 = lane1 / 32i;
        let v33 = start0 + v32;
        let row8 = v33 + 4i;
        let v34 = lane1 % 32i;
        let column8 = firstColumn0 + v34;
        var staged7 = 0.0f;
        let v36 = row8 < scalars.inner;
        let v37 = column8 < scalars.columns;
        if (v36 & v37) {
          let v35 = row8 * scalars.columns;
          let loaded5 = b[v35 + column8];
          staged7 = loaded5;
        }
        stripB[place3] = staged7;
        let place4 = lane1 + 192i;
        let v38 = lane1 / 16i;
        let v39 = firstRow0 + v38;
        let row9 = v39 + 12i;
        let v40 = lane1 % 16i;
        let column9 = start0 + v40;
        var staged8 = 0.0f;
        let v42 = row9 < scalars.rows;
        let v43 = column9 < scalars.inner;
        if (v42 & v43) {
          let v41 = row9 * scalars.inner;
          let loaded6 = a[v41 + column9];
          staged8 = loaded6;
        }
        stripA[place4] = staged8;
        let v44 = lane1 / 32i;
        let v45 = start0 + v44;
        let row10 = v45 + 6i;
        let v46 = lane1 % 32i;
        let column10 = firstColumn0 + v46;
        var staged9 = 0.0f;
        let v48 = row10 < scalars.inner;
        let v49 = column10 < scalars.columns;
        if (v48 & v49) {
          let v47 = row10 * scalars.columns;
          let loaded7 = b[v47 + column10];
          staged9 = loaded7;
        }
        stripB[place4] = staged9;
        let place5 = lane1 + 256i;
        let v50 = lane1 / 16i;
        let v51 = firstRow0 + v50;
        let row11 = v51 + 16i;
        let v52 = lane1 % 16i;
        let column11 = start0 + v52;
        var staged10 = 0.0f;
        let v54 = row11 < scalars.rows;
        let v55 = column11 < scalars.inner;
        if (v54 & v55) {
          let v53 = row11 * scalars.inner;
          let loaded8 = a[v53 + column11];
          staged10 = loaded8;
        }
        stripA[place5] = staged10;
        let v56 = lane1 / 32i;
        let v57 = start0 + v56;
        let row12 = v57 + 8i;
        let v58 = lane1 % 32i;
        let column12 = firstColumn0 + v58;
        var staged11 = 0.0f;
        let v60 = row12 < scalars.inner;
        let v61 = column12 < scalars.columns;
        if (v60 & v61) {
          let v59 = row12 * scalars.columns;
          let loaded9 = b[v59 + column12];
          staged11 = loaded9;
        }
        stripB[place5] = staged11;
        let place6 = lane1 + 320i;
        let v62 = lane1 / 16i;
        let v63 = firstRow0 + v62;
        let row13 = v63 + 20i;
        let v64 = lane1 % 16i;
        let column13 = start0 + v64;
        var staged12 = 0.0f;
        let v66 = row13 < scalars.rows;
        let v67 = column13 < scalars.inner;
        if (v66 & v67) {
          let v65 = row13 * scalars.inner;
          let loaded10 = a[v65 + column13];
          staged12 = loaded10;
        }
        stripA[place6] = staged12;
        let v68 = lane1 / 32i;
        let v69 = start0 + v68;
        let row14 = v69 + 10i;
        let v70 = lane1 % 32i;
        let column14 = firstColumn0 + v70;
        var staged13 = 0.0f;
        let v72 = row14 < scalars.inner;
        let v73 = column14 < scalars.columns;
        if (v72 & v73) {
          let v71 = row14 * scalars.columns;
          let loaded11 = b[v71 + column14];
          staged13 = loaded11;
        }
        stripB[place6] = staged13;
        let place7 = lane1 + 384i;
        let v74 = lane1 / 16i;
        let v75 = firstRow0 + v74;
        let row15 = v75 + 24i;
        let v76 = lane1 % 16i;
        let column15 = start0 + v76;
        var staged14 = 0.0f;
        let v78 = row15 < scalars.rows;
        let v79 = column15 < scalars.inner;
        if (v78 & v79) {
          let v77 = row15 * scalars.inner;
          let loaded12 = a[v77 + column15];
          staged14 = loaded12;
        }
        stripA[place7] = staged14;
        let v80 = lane1 / 32i;
        let v81 = start0 + v80;
        let row16 = v81 + 12i;
        let v82 = lane1 % 32i;
        let column16 = firstColumn0 + v82;
        var staged15 = 0.0f;
        let v84 = row16 < scalars.inner;
        let v85 = column16 < scalars.columns;
        if (v84 & v85) {
          let v83 = row16 * scalars.columns;
          let loaded13 = b[v83 + column16];
          staged15 = loaded13;
        }
        stripB[place7] = staged15;
        let place8 = lane1 + 448i;
        let v86 = lane1 / 16i;
        let v87 = firstRow0 + v86;
        let row17 = v87 + 28i;
        let v88 = lane1 % 16i;
        let column17 = start0 + v88;
        var staged16 = 0.0f;
        let v90 = row17 < scalars.rows;
        let v91 = column17 < scalars.inner;
        if (v90 & v91) {
          let v89 = row17 * scalars.inner;
          let loaded14 = a[v89 + column17];
          staged16 = loaded14;
        }
        stripA[place8] = staged16;
        let v92 = lane1 / 32i;
        let v93 = start0 + v92;
        let row18 = v93 + 14i;
        let v94 = lane1 % 32i;
        let column18 = firstColumn0 + v94;
        var staged17 = 0.0f;
        let v96 = row18 < scalars.inner;
        let v97 = column18 < scalars.columns;
        if (v96 & v97) {
          let v95 = row18 * scalars.columns;
          let loaded15 = b[v95 + column18];
          staged17 = loaded15;
        }
        stripB[place8] = staged17;
      }
      workgroupBarrier();
      {
        let lane2 = i32(invocation);
        let v98 = lane2 / 8i;
        let ownRow0 = v98 * 64i;
        let v99 = lane2 % 8i;
        let ownColumn0 = v99 * 4i;
        for (var step0 = 0i; step0 < 16i; step0 += 1i) {
          let v100 = step0 * 32i;
          let rowOfB0 = v100 + ownColumn0;
          let left1 = stripA[ownRow0 + step0];
          let right5 = stripB[rowOfB0];
          let sum6 = sums[0i];
          let v101 = left1 * right5;
          sums[0i] = sum6 + v101;
          let right6 = stripB[rowOfB0 + 1i];
          let sum7 = sums[1i];
          let v102 = left1 * right6;
          sums[1i] = sum7 + v102;
          let right7 = stripB[rowOfB0 + 2i];
          let sum8 = sums[2i];
          let v103 = left1 * right7;
          sums[2i] = sum8 + v103;
          let right8 = stripB[rowOfB0 + 3i];
          let sum9 = sums[3i];
          let v104 = left1 * right8;
          sums[3i] = sum9 + v104;
          let v105 = ownRow0 + step0;
          let left2 = stripA[v105 + 16i];
          let right9 = stripB[rowOfB0];
          let sum10 = sums[4i];
          let v106 = left2 * right9;
          sums[4i] = sum10 + v106;
          let right10 = stripB[rowOfB0 + 1i];
          let sum11 = sums[5i];
          let v107 = left2 * right10;
          sums[5i] = sum11 + v107;
          let right11 = stripB[rowOfB0 + 2i];
          let sum12 = sums[6i];
          let v108 = left2 * right11;
          sums[6i] = sum12 + v108;
          let right12 = stripB[rowOfB0 + 3i];
          let sum13 = sums[7i];
          let v109 = left2 * right12;
          sums[7i] = sum13 + v109;
          let v110 = ownRow0 + step0;
          let left3 = stripA[v110 + 32i];
          let right13 = stripB[rowOfB0];
          let sum14 = sums[8i];
          let v111 = left3 * right13;
          sums[8i] = sum14 + v111;
          let right14 = stripB[rowOfB0 + 1i];
          let sum15 = sums[9i];
          let v112 = left3 * right14;
          sums[9i] = sum15 + v112;
          let right15 = stripB[rowOfB0 + 2i];
          let sum16 = sums[10i];
          let v113 = left3 * right15;
          sums[10i] = sum16 + v113;
          let right16 = stripB[rowOfB0 + 3i];
          let sum17 = sums[11i];
          let v114 = left3 * right16;
          sums[11i] = sum17 + v114;
          let v115 = ownRow0 + step0;
          let left4 = stripA[v115 + 48i];
          let right17 = stripB[rowOfB0];
          let sum18 = sums[12i];
          let v116 = left4 * right17;
          sums[12i] = sum18 + v116;
          let right18 = stripB[rowOfB0 + 1i];
          let sum19 = sums[13i];
          let v117 = left4 * right18;
          sums[13i] = sum19 + v117;
          let right19 = stripB[rowOfB0 + 2i];
          let sum20 = sums[14i];
          let v118 = left4 * right19;
          sums[14i] = sum20 + v118;
          let right20 = stripB[rowOfB0 + 3i];
          let sum21 = sums[15i];
          let v119 = left4 * right20;
          sums[15i] = sum21 + v119;
        }
      }
      workgroupBarrier();
    }
    {
      let lane3 = i32(invocation);
      let v120 = lane3 / 8i;
      let v121 = v120 * 4i;
      let ownRow1 = firstRow0 + v121;
      let v122 = lane3 % 8i;
      let v123 = v122 * 4i;
      let ownColumn1 = firstColumn0 + v123;
      let v125 = ownRow1 < scalars.rows;
      let v126 = ownColumn1 < scalars.columns;
      if (v125 & v126) {
        let sum26 = sums[0i];
        let v124 = ownRow1 * scalars.columns;
        c[v124 + ownColumn1] = sum26;
      }
      let column24 = ownColumn1 + 1i;
      let v128 = ownRow1 < scalars.rows;
      let v129 = column24 < scalars.columns;
      if (v128 & v129) {
        let sum27 = sums[1i];
        let v127 = ownRow1 * scalars.columns;
        c[v127 + column24] = sum27;
      }
      let column25 = ownColumn1 + 2i;
      let v131 = ownRow1 < scalars.rows;
      let v132 = column25 < scalars.columns;
      if (v131 & v132) {
        let sum28 = sums[2i];
        let v130 = ownRow1 * scalars.columns;
        c[v130 + column25] = sum28;
      }
      let column26 = ownColumn1 + 3i;
      let v134 = ownRow1 < scalars.rows;
      let v135 = column26 < scalars.columns;
      if (v134 & v135) {
        let sum29 = sums[3i];
        let v133 = ownRow1 * scalars.columns;
        c[v133 + column26] = sum29;
      }
      let row27 = ownRow1 + 1i;
      let v137 = row27 < scalars.rows;
      let v138 = ownColumn1 < scalars.columns;
      if (v137 & v138) {
        let sum30 = sums[4i];
        let v136 = row27 * scalars.columns;
        c[v136 + ownColumn1] = sum30;
      }
      let row28 = ownRow1 + 1i;
      let column28 = ownColumn1 + 1i;
      let v140 = row28 < scalars.rows;
      let v141 = column28 < scalars.columns;
      if (v140 & v141) {
        let sum31 = sums[5i];
        let v139 = row28 * scalars.columns;
        c[v139 + column28] = sum31;
      }
      let row29 = ownRow1 + 1i;
      let column29 = ownColumn1 + 2i;
      let v143 = row29 < scalars.rows;
      let v144 = column29 < scalars.columns;
      if (v143 & v144) {
        let sum32 = sums[6i];
        let v142 = row29 * scalars.columns;
        c[v142 + column29] = sum32;
      }
      let row30 = ownRow1 + 1i;
      let column30 = ownColumn1 + 3i;
      let v146 = row30 < scalars.rows;
      let v147 = column30 < scalars.columns;
      if (v146 & v147) {
        let sum33 = sums[7i];
        let v145 = row30 * scalars.columns;
        c[v145 + column30] = sum33;
      }
      let row31 = ownRow1 + 2i;
      let v149 = row31 < scalars.rows;
      let v150 = ownColumn1 < scalars.columns;
      if (v149 & v150) {
        let sum34 = sums[8i];
        let v148 = row31 * scalars.columns;
        c[v148 + ownColumn1] = sum34;
      }
      let row32 = ownRow1 + 2i;
      let column32 = ownColumn1 + 1i;
      let v152 = row32 < scalars.rows;
      let v153 = column32 < scalars.columns;
      if (v152 & v153) {
        let sum35 = sums[9i];
        let v151 = row32 * scalars.columns;
        c[v151 + column32] = sum35;
      }
      let row33 = ownRow1 + 2i;
      let column33 = ownColumn1 + 2i;
      let v155 = row33 < scalars.rows;
      let v156 = column33 < scalars.columns;
      if (v155 & v156) {
        let sum36 = sums[10i];
        let v154 = row33 * scalars.columns;
        c[v154 + column33] = sum36;
      }
      let row34 = ownRow1 + 2i;
      let column34 = ownColumn1 + 3i;
      let v158 = row34 < scalars.rows;
      let v159 = column34 < scalars.columns;
      if (v158 & v159) {
        let sum37 = sums[11i];
        let v157 = row34 * scalars.columns;
        c[v157 + column34] = sum37;
      }
      let row35 = ownRow1 + 3i;
      let v161 = row35 < scalars.rows;
      let v162 = ownColumn1 < scalars.columns;
      if (v161 & v162) {
        let sum38 = sums[12i];
        let v160 = row35 * scalars.columns;
        c[v160 + ownColumn1] = sum38;
      }
      let row36 = ownRow1 + 3i;
      let column36 = ownColumn1 + 1i;
      let v164 = row36 < scalars.rows;
      let v165 = column36 < scalars.columns;
      if (v164 & v165) {
        let sum39 = sums[13i];
        let v163 = row36 * scalars.columns;
        c[v163 + column36] = sum39;
      }
      let row37 = ownRow1 + 3i;
      let column37 = ownColumn1 + 2i;
      let v167 = row37 < scalars.rows;
      let v168 = column37 < scalars.columns;
      if (v167 & v168) {
        let sum40 = sums[14i];
        let v166 = row37 * scalars.columns;
        c[v166 + column37] = sum40;
      }
      let row38 = ownRow1 + 3i;
      let column38 = ownColumn1 + 3i;
      let v170 = row38 < scalars.rows;
      let v171 = column38 < scalars.columns;
      if (v170 & v171) {
        let sum41 = sums[15i];
        let v169 = row38 * scalars.columns;
        c[v169 + column38] = sum41;
      }
    }
  }
}

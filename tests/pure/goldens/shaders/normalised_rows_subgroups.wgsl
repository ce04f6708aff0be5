// 64 workgroups of 128
enable subgroups;

struct Scalars {
  runtimeZero: u32,
}

@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> out0: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

var<workgroup> shared0: array<f32, 128>;
var<workgroup> shared1: array<f32, 128>;

@compute @workgroup_size(128)
fn rows_reduce_max_reduce_sum(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  var own1: array<f32, 1>;
  var place0: array<i32, 1>;
  var size0: array<i32, 1>;
  var own3: array<f32, 1>;
  var rank0: array<u32, 1>;
  var rank1: array<u32, 1>;
  let v0 = 4286578688u | scalars.runtimeZero;
  let negativeInfinity0 = bitcast<f32>(v0);
  let group1 = i32(workgroupId.x);
  let at1 = group1 * 1024i;
  {
    let lane0 = i32(invocation);
    var sum0 = vec4<f32>(negativeInfinity0);
    let v1 = lane0 * 4i;
    let at0 = at1 + v1;
    let v3 = group1 * 256i;
    let place5 = v3 + lane0;
    let v2 = in0[place5];
    let bits4 = bitcast<vec4<i32>>(v2);
    let bits5 = bitcast<vec4<i32>>(sum0);
    let v9 = bits4 >> vec4<u32>(31u);
    let v10 = v9 & vec4<i32>(2147483647i);
    let v11 = bits4 ^ v10;
    let v12 = v11 + 2139095041i;
    let v13 = bits5 >> vec4<u32>(31u);
    let v14 = v13 & vec4<i32>(2147483647i);
    let v15 = bits5 ^ v14;
    let v16 = v15 + 2139095041i;
    let v17 = bitcast<vec4<u32>>(v12);
    let v18 = bitcast<vec4<u32>>(v16);
    let v19 = v17 > v18;
    sum0 = select(sum0, v2, v19);
    let v20 = group1 * 256i;
    let v21 = v20 + lane0;
    let place6 = v21 + 128i;
    let v4 = in0[place6];
    let bits6 = bitcast<vec4<i32>>(v4);
    let bits7 = bitcast<vec4<i32>>(sum0);
    let v22 = bits6 >> vec4<u32>(31u);
    let v23 = v22 & vec4<i32>(2147483647i);
    let v24 = bits6 ^ v23;
    let v25 = v24 + 2139095041i;
    let v26 = bits7 >> vec4<u32>(31u);
    let v27 = v26 & vec4<i32>(2147483647i);
    let v28 = bits7 ^ v27;
    let v29 = v28 + 2139095041i;
    let v30 = bitcast<vec4<u32>>(v25);
    let v31 = bitcast<vec4<u32>>(v29);
    let v32 = v30 > v31;
    sum0 = select(sum0, v4, v32);
    let left0 = sum0.x;
    let right0 = sum0.z;
    let bits8 = bitcast<i32>(right0);
    let bits9 = bitcast<i32>(left0);
    let left1 = sum0.y;
    let right1 = sum0.w;
    let bits10 = bitcast<i32>(right1);
    let bits11 = bitcast<i32>(left1);
    let v33 = bits8 >> 31u;
    let v34 = v33 & 2147483647i;
    let v35 = bits8 ^ v34;
    let v36 = v35 + 2139095041i;
    let v37 = bits9 >> 31u;
    let v38 = v37 & 2147483647i;
    let v39 = bits9 ^ v38;
    let v40 = v39 + 2139095041i;
    let v41 = bitcast<u32>(v36);
    let v42 = bitcast<u32>(v40);
    let v43 = v41 > v42;
    let left2 = select(left0, right0, v43);
    let v44 = bits10 >> 31u;
    let v45 = v44 & 2147483647i;
    let v46 = bits10 ^ v45;
    let v47 = v46 + 2139095041i;
    let v48 = bits11 >> 31u;
    let v49 = v48 & 2147483647i;
    let v50 = bits11 ^ v49;
    let v51 = v50 + 2139095041i;
    let v52 = bitcast<u32>(v47);
    let v53 = bitcast<u32>(v51);
    let v54 = v52 > v53;
    let right2 = select(left1, right1, v54);
    let bits12 = bitcast<i32>(right2);
    let bits13 = bitcast<i32>(left2);
    let v55 = bits12 >> 31u;
    let v56 = v55 & 2147483647i;
    let v57 = bits12 ^ v56;
    let v58 = v57 + 2139095041i;
    let v59 = bits13 >> 31u;
    let v60 = v59 & 2147483647i;
    let v61 = bits13 ^ v60;
    let v62 = v61 + 2139095041i;
    let v63 = bitcast<u32>(v58);
    let v64 = bitcast<u32>(v62);
    let v65 = v63 > v64;
    own1[0i] = select(left2, right2, v65);
  }
  place0[0i] = subgroupExclusiveAdd(1i);
  size0[0i] = subgroupAdd(1i);
  {
    let lane7 = i32(invocation);
    let held4 = own1[0i];
    let bits2 = bitcast<i32>(held4);
    let v66 = bits2 & 2147483647i;
    let v67 = v66 > 2139095040i;
    let bits0 = select(bits2, 2143289344i, v67);
    let v68 = bits0 >> 31u;
    let v69 = v68 & 2147483647i;
    let v70 = bits0 ^ v69;
    let v71 = v70 + 2139095041i;
    rank0[0i] = bitcast<u32>(v71);
  }
  rank0[0i] = subgroupMax(rank0[0i]);
  {
    let lane8 = i32(invocation);
    let held5 = rank0[0i];
    let v72 = bitcast<i32>(held5);
    let order0 = v72 + -2139095041i;
    let v73 = order0 >> 31u;
    let v74 = v73 & 2147483647i;
    let v75 = order0 ^ v74;
    own1[0i] = bitcast<f32>(v75);
  }
  {
    let lane1 = i32(invocation);
    let place1 = place0[0i];
    let held0 = own1[0i];
    let v76 = place1 == 0i;
    shared0[lane1] = select(negativeInfinity0, held0, v76);
  }
  workgroupBarrier();
  {
    let lane2 = i32(invocation);
    let place2 = place0[0i];
    let size1 = size0[0i];
    var next0 = place2;
    var total0 = negativeInfinity0;
    loop {
      if (!(next0 < 128i)) { break; }
      let held1 = shared0[next0];
      let bits14 = bitcast<i32>(held1);
      let bits15 = bitcast<i32>(total0);
      let v77 = bits14 >> 31u;
      let v78 = v77 & 2147483647i;
      let v79 = bits14 ^ v78;
      let v80 = v79 + 2139095041i;
      let v81 = bits15 >> 31u;
      let v82 = v81 & 2147483647i;
      let v83 = bits15 ^ v82;
      let v84 = v83 + 2139095041i;
      let v85 = bitcast<u32>(v80);
      let v86 = bitcast<u32>(v84);
      let v87 = v85 > v86;
      total0 = select(total0, held1, v87);
      next0 = next0 + size1;
    }
    own1[0i] = total0;
  }
  {
    let lane9 = i32(invocation);
    let held6 = own1[0i];
    let bits3 = bitcast<i32>(held6);
    let v88 = bits3 & 2147483647i;
    let v89 = v88 > 2139095040i;
    let bits1 = select(bits3, 2143289344i, v89);
    let v90 = bits1 >> 31u;
    let v91 = v90 & 2147483647i;
    let v92 = bits1 ^ v91;
    let v93 = v92 + 2139095041i;
    rank1[0i] = bitcast<u32>(v93);
  }
  rank1[0i] = subgroupMax(rank1[0i]);
  {
    let lane10 = i32(invocation);
    let held7 = rank1[0i];
    let v94 = bitcast<i32>(held7);
    let order1 = v94 + -2139095041i;
    let v95 = order1 >> 31u;
    let v96 = v95 & 2147483647i;
    let v97 = order1 ^ v96;
    own1[0i] = bitcast<f32>(v97);
  }
  {
    let lane3 = i32(invocation);
    let sum8 = own1[0i];
    var sum1 = vec4<f32>(0.0f);
    let v98 = lane3 * 4i;
    let at2 = at1 + v98;
    let v99 = group1 * 256i;
    let place7 = v99 + lane3;
    let v5 = in0[place7];
    let v100 = vec4<f32>(sum8);
    let v101 = v5 - v100;
    sum1 = sum1 + v101;
    let v102 = group1 * 256i;
    let v103 = v102 + lane3;
    let place8 = v103 + 128i;
    let v6 = in0[place8];
    let v104 = vec4<f32>(sum8);
    let v105 = v6 - v104;
    sum1 = sum1 + v105;
    let v106 = sum1.x;
    let v107 = sum1.z;
    let v108 = sum1.y;
    let v109 = sum1.w;
    let v110 = v106 + v107;
    let v111 = v108 + v109;
    own3[0i] = v110 + v111;
  }
  own3[0i] = subgroupAdd(own3[0i]);
  {
    let lane4 = i32(invocation);
    let place3 = place0[0i];
    let held2 = own3[0i];
    let v112 = place3 == 0i;
    shared1[lane4] = select(0.0f, held2, v112);
  }
  workgroupBarrier();
  {
    let lane5 = i32(invocation);
    let place4 = place0[0i];
    let size2 = size0[0i];
    var next1 = place4;
    var total1 = 0.0f;
    loop {
      if (!(next1 < 128i)) { break; }
      let held3 = shared1[next1];
      total1 = total1 + held3;
      next1 = next1 + size2;
    }
    own3[0i] = total1;
  }
  own3[0i] = subgroupAdd(own3[0i]);
  {
    let lane6 = i32(invocation);
    let sum12 = own1[0i];
    let sum13 = own3[0i];
    let v113 = lane6 * 4i;
    let at3 = at1 + v113;
    let v114 = group1 * 256i;
    let place9 = v114 + lane6;
    let v7 = in0[place9];
    let v115 = group1 * 256i;
    let place10 = v115 + lane6;
    let v116 = vec4<f32>(sum12);
    let v117 = v7 - v116;
    let v118 = vec4<f32>(sum13);
    out0[place10] = v117 * v118;
    let v119 = lane6 * 4i;
    let v120 = at1 + v119;
    let at4 = v120 + 512i;
    let v121 = group1 * 256i;
    let v122 = v121 + lane6;
    let place11 = v122 + 128i;
    let v8 = in0[place11];
    let v123 = group1 * 256i;
    let v124 = v123 + lane6;
    let place12 = v124 + 128i;
    let v125 = vec4<f32>(sum12);
    let v126 = v8 - v125;
    let v127 = vec4<f32>(sum13);
    out0[place12] = v126 * v127;
  }
}

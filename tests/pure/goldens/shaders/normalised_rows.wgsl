// 64 workgroups of 128
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
    let place0 = v3 + lane0;
    let v2 = in0[place0];
    let bits0 = bitcast<vec4<i32>>(v2);
    let bits1 = bitcast<vec4<i32>>(sum0);
    let v9 = bits0 >> vec4<u32>(31u);
    let v10 = v9 & vec4<i32>(2147483647i);
    let v11 = bits0 ^ v10;
    let v12 = v11 + 2139095041i;
    let v13 = bits1 >> vec4<u32>(31u);
    let v14 = v13 & vec4<i32>(2147483647i);
    let v15 = bits1 ^ v14;
    let v16 = v15 + 2139095041i;
    let v17 = bitcast<vec4<u32>>(v12);
    let v18 = bitcast<vec4<u32>>(v16);
    let v19 = v17 > v18;
    sum0 = select(sum0, v2, v19);
    let v20 = group1 * 256i;
    let v21 = v20 + lane0;
    let place1 = v21 + 128i;
    let v4 = in0[place1];
    let bits2 = bitcast<vec4<i32>>(v4);
    let bits3 = bitcast<vec4<i32>>(sum0);
    let v22 = bits2 >> vec4<u32>(31u);
    let v23 = v22 & vec4<i32>(2147483647i);
    let v24 = bits2 ^ v23;
    let v25 = v24 + 2139095041i;
    let v26 = bits3 >> vec4<u32>(31u);
    let v27 = v26 & vec4<i32>(2147483647i);
    let v28 = bits3 ^ v27;
    let v29 = v28 + 2139095041i;
    let v30 = bitcast<vec4<u32>>(v25);
    let v31 = bitcast<vec4<u32>>(v29);
    let v32 = v30 > v31;
    sum0 = select(sum0, v4, v32);
    let left0 = sum0.x;
    let right0 = sum0.z;
    let bits4 = bitcast<i32>(right0);
    let bits5 = bitcast<i32>(left0);
    let left1 = sum0.y;
    let right1 = sum0.w;
    let bits6 = bitcast<i32>(right1);
    let bits7 = bitcast<i32>(left1);
    let v33 = bits4 >> 31u;
    let v34 = v33 & 2147483647i;
    let v35 = bits4 ^ v34;
    let v36 = v35 + 2139095041i;
    let v37 = bits5 >> 31u;
    let v38 = v37 & 2147483647i;
    let v39 = bits5 ^ v38;
    let v40 = v39 + 2139095041i;
    let v41 = bitcast<u32>(v36);
    let v42 = bitcast<u32>(v40);
    let v43 = v41 > v42;
    let left2 = select(left0, right0, v43);
    let v44 = bits6 >> 31u;
    let v45 = v44 & 2147483647i;
    let v46 = bits6 ^ v45;
    let v47 = v46 + 2139095041i;
    let v48 = bits7 >> 31u;
    let v49 = v48 & 2147483647i;
    let v50 = bits7 ^ v49;
    let v51 = v50 + 2139095041i;
    let v52 = bitcast<u32>(v47);
    let v53 = bitcast<u32>(v51);
    let v54 = v52 > v53;
    let right2 = select(left1, right1, v54);
    let bits8 = bitcast<i32>(right2);
    let bits9 = bitcast<i32>(left2);
    let v55 = bits8 >> 31u;
    let v56 = v55 & 2147483647i;
    let v57 = bits8 ^ v56;
    let v58 = v57 + 2139095041i;
    let v59 = bits9 >> 31u;
    let v60 = v59 & 2147483647i;
    let v61 = bits9 ^ v60;
    let v62 = v61 + 2139095041i;
    let v63 = bitcast<u32>(v58);
    let v64 = bitcast<u32>(v62);
    let v65 = v63 > v64;
    shared0[lane0] = select(left2, right2, v65);
  }
  workgroupBarrier();
  for (var step0 = 0i; step0 < 7i; step0 += 1i) {
    let half0 = bitcast<i32>(bitcast<u32>(64i) >> u32(step0));
    {
      let lane1 = i32(invocation);
      if (lane1 < half0) {
        let mine0 = shared0[lane1];
        let other0 = shared0[lane1 + half0];
        let bits10 = bitcast<i32>(other0);
        let bits11 = bitcast<i32>(mine0);
        let v66 = bits10 >> 31u;
        let v67 = v66 & 2147483647i;
        let v68 = bits10 ^ v67;
        let v69 = v68 + 2139095041i;
        let v70 = bits11 >> 31u;
        let v71 = v70 & 2147483647i;
        let v72 = bits11 ^ v71;
        let v73 = v72 + 2139095041i;
        let v74 = bitcast<u32>(v69);
        let v75 = bitcast<u32>(v73);
        let v76 = v74 > v75;
        shared0[lane1] = select(mine0, other0, v76);
      }
    }
    workgroupBarrier();
  }
  {
    let lane2 = i32(invocation);
    let sum8 = shared0[0i];
    var sum1 = vec4<f32>(0.0f);
    let v77 = lane2 * 4i;
    let at2 = at1 + v77;
    let v78 = group1 * 256i;
    let place2 = v78 + lane2;
    let v5 = in0[place2];
    let v79 = vec4<f32>(sum8);
    let v80 = v5 - v79;
    sum1 = sum1 + v80;
    let v81 = group1 * 256i;
    let v82 = v81 + lane2;
    let place3 = v82 + 128i;
    let v6 = in0[place3];
    let v83 = vec4<f32>(sum8);
    let v84 = v6 - v83;
    sum1 = sum1 + v84;
    let v85 = sum1.x;
    let v86 = sum1.z;
    let v87 = sum1.y;
    let v88 = sum1.w;
    let v89 = v85 + v86;
    let v90 = v87 + v88;
    shared1[lane2] = v89 + v90;
  }
  workgroupBarrier();
  for (var step1 = 0i; step1 < 7i; step1 += 1i) {
    let half1 = bitcast<i32>(bitcast<u32>(64i) >> u32(step1));
    {
      let lane3 = i32(invocation);
      if (lane3 < half1) {
        let mine1 = shared1[lane3];
        let other1 = shared1[lane3 + half1];
        shared1[lane3] = mine1 + other1;
      }
    }
    workgroupBarrier();
  }
  {
    let lane4 = i32(invocation);
    let sum12 = shared0[0i];
    let sum13 = shared1[0i];
    let v91 = lane4 * 4i;
    let at3 = at1 + v91;
    let v92 = group1 * 256i;
    let place4 = v92 + lane4;
    let v7 = in0[place4];
    let v93 = group1 * 256i;
    let place5 = v93 + lane4;
    let v94 = vec4<f32>(sum12);
    let v95 = v7 - v94;
    let v96 = vec4<f32>(sum13);
    out0[place5] = v95 * v96;
    let v97 = lane4 * 4i;
    let v98 = at1 + v97;
    let at4 = v98 + 512i;
    let v99 = group1 * 256i;
    let v100 = v99 + lane4;
    let place6 = v100 + 128i;
    let v8 = in0[place6];
    let v101 = group1 * 256i;
    let v102 = v101 + lane4;
    let place7 = v102 + 128i;
    let v103 = vec4<f32>(sum12);
    let v104 = v8 - v103;
    let v105 = vec4<f32>(sum13);
    out0[place7] = v104 * v105;
  }
}

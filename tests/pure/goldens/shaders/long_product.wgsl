// 32 workgroups of 256
@group(0) @binding(0) var<storage, read> in0: array<f32>;
@group(0) @binding(1) var<storage, read> in1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> partial0: array<vec4<f32>>;

var<workgroup> tile0: array<f32, 1024>;
var<workgroup> tile1: array<vec4<f32>, 256>;

@compute @workgroup_size(256)
fn dot_general_chunks(
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
  let at4 = group1 * 256i;
  let at5 = group1 * 16384i;
  for (var step1 = 0i; step1 < 16i; step1 += 1i) {
    let v4 = step1 * 16i;
    let at2 = at4 + v4;
    let v12 = step1 * 1024i;
    let at3 = at5 + v12;
    {
      let lane1 = i32(invocation);
      let product3 = lane1 % 16i;
      let v0 = lane1 / 16i;
      let at0 = at2 + product3;
      let at1 = product3 * 64i;
      let v13 = v0 * 8192i;
      let v1 = in0[at0 + v13];
      tile0[at1 + v0] = v1;
      let place1 = v0 + 16i;
      let v14 = place1 * 8192i;
      let v2 = in0[at0 + v14];
      tile0[at1 + place1] = v2;
      let place4 = v0 + 32i;
      let v15 = place4 * 8192i;
      let v3 = in0[at0 + v15];
      tile0[at1 + place4] = v3;
      let place5 = v0 + 48i;
      let v16 = place5 * 8192i;
      let v11 = in0[at0 + v16];
      tile0[at1 + place5] = v11;
      let v17 = lane1 % 16i;
      let place3 = v17 * 4i;
      let v18 = group1 * 4096i;
      let v19 = step1 * 256i;
      let v20 = lane1 / 16i;
      let v21 = v18 + v19;
      let v22 = v20 * 16i;
      let v23 = v21 + v22;
      let v24 = lane1 % 16i;
      let place0 = v23 + v24;
      let v5 = in1[place0];
      let v25 = lane1 / 16i;
      let v26 = v25 * 16i;
      let v27 = lane1 % 16i;
      let place2 = v26 + v27;
      tile1[place2] = v5;
    }
    workgroupBarrier();
    {
      let lane2 = i32(invocation);
      let laneRow1 = lane2 / 16i;
      let rowPlace1 = laneRow1 * 4i;
      let v28 = laneRow1 * 4i;
      let rowPlace2 = v28 + 1i;
      let v29 = laneRow1 * 4i;
      let rowPlace3 = v29 + 2i;
      let v30 = laneRow1 * 4i;
      let rowPlace4 = v30 + 3i;
      let v31 = lane2 % 16i;
      let columnPlace2 = v31 * 4i;
      let held4 = sums0[0i];
      var sum1 = held4;
      let held5 = sums0[1i];
      var sum2 = held5;
      let held6 = sums0[2i];
      var sum3 = held6;
      let held7 = sums0[3i];
      var sum4 = held7;
      for (var product5 = 0i; product5 < 16i; product5 += 1i) {
        let v32 = product5 * 64i;
        let v6 = tile0[v32 + rowPlace1];
        let v33 = product5 * 64i;
        let v7 = tile0[v33 + rowPlace2];
        let v34 = product5 * 64i;
        let v8 = tile0[v34 + rowPlace3];
        let v35 = product5 * 64i;
        let v9 = tile0[v35 + rowPlace4];
        let v36 = product5 * 16i;
        let v37 = lane2 % 16i;
        let place6 = v36 + v37;
        let v10 = tile1[place6];
        let v38 = vec4<f32>(v6);
        let v39 = v38 * v10;
        sum1 = sum1 + v39;
        let v40 = vec4<f32>(v7);
        let v41 = v40 * v10;
        sum2 = sum2 + v41;
        let v42 = vec4<f32>(v8);
        let v43 = v42 * v10;
        sum3 = sum3 + v43;
        let v44 = vec4<f32>(v9);
        let v45 = v44 * v10;
        sum4 = sum4 + v45;
      }
      sums0[0i] = sum1;
      sums0[1i] = sum2;
      sums0[2i] = sum3;
      sums0[3i] = sum4;
    }
    workgroupBarrier();
  }
  let at6 = group1 * 4096i;
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
    let v46 = lane4 / 16i;
    let v47 = v46 * 256i;
    let v48 = lane4 % 16i;
    let v49 = at6 + v47;
    let v50 = v48 * 4i;
    let at7 = v49 + v50;
    let v51 = lane4 / 16i;
    let v52 = group1 * 1024i;
    let v53 = v51 * 64i;
    let v54 = v52 + v53;
    let v55 = lane4 % 16i;
    let place7 = v54 + v55;
    partial0[place7] = sum5;
    let v56 = lane4 / 16i;
    let v57 = group1 * 1024i;
    let v58 = v56 * 64i;
    let v59 = v57 + v58;
    let v60 = lane4 % 16i;
    let v61 = v59 + v60;
    let place8 = v61 + 16i;
    partial0[place8] = sum6;
    let v62 = lane4 / 16i;
    let v63 = group1 * 1024i;
    let v64 = v62 * 64i;
    let v65 = v63 + v64;
    let v66 = lane4 % 16i;
    let v67 = v65 + v66;
    let place9 = v67 + 32i;
    partial0[place9] = sum7;
    let v68 = lane4 / 16i;
    let v69 = group1 * 1024i;
    let v70 = v68 * 64i;
    let v71 = v69 + v70;
    let v72 = lane4 % 16i;
    let v73 = v71 + v72;
    let place10 = v73 + 48i;
    partial0[place10] = sum8;
  }
}

// 16 workgroups of 64
@group(0) @binding(0) var<storage, read_write> out0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> partial0: array<vec4<f32>>;

@compute @workgroup_size(64)
fn dot_general(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group1 = i32(workgroupId.x);
  let at1 = group1 * 64i;
  {
    let lane0 = i32(invocation);
    let iteration0 = at1 + lane0;
    var sum1 = vec4<f32>(0.0f);
    let at0 = iteration0 * 4i;
    for (var part1 = 0i; part1 < 32i; part1 += 1i) {
      let v0 = part1 * 1024i;
      let place0 = iteration0 + v0;
      let held1 = partial0[place0];
      sum1 = sum1 + held1;
    }
    out0[iteration0] = sum1;
  }
}

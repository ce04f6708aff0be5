// 64 workgroups of 256
enable subgroups;

@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> partial0: array<f32>;

var<workgroup> shared0: array<f32, 256>;

@compute @workgroup_size(256)
fn reduce_sum_chunks(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  var own1: array<f32, 1>;
  var place0: array<i32, 1>;
  var size0: array<i32, 1>;
  let group1 = i32(workgroupId.x);
  let at0 = group1 * 16384i;
  {
    let lane0 = i32(invocation);
    var sum0 = vec4<f32>(0.0f);
    for (var i2 = lane0; i2 < 4096i; i2 += 256i) {
      let v1 = group1 * 4096i;
      let place3 = v1 + i2;
      let v0 = in0[place3];
      sum0 = sum0 + v0;
    }
    let v2 = sum0.x;
    let v3 = sum0.z;
    let v4 = sum0.y;
    let v5 = sum0.w;
    let v6 = v2 + v3;
    let v7 = v4 + v5;
    own1[0i] = v6 + v7;
  }
  place0[0i] = subgroupExclusiveAdd(1i);
  size0[0i] = subgroupAdd(1i);
  own1[0i] = subgroupAdd(own1[0i]);
  {
    let lane1 = i32(invocation);
    let place1 = place0[0i];
    let held0 = own1[0i];
    let v8 = place1 == 0i;
    shared0[lane1] = select(0.0f, held0, v8);
  }
  workgroupBarrier();
  {
    let lane2 = i32(invocation);
    let place2 = place0[0i];
    let size1 = size0[0i];
    var next0 = place2;
    var total0 = 0.0f;
    loop {
      if (!(next0 < 256i)) { break; }
      let held1 = shared0[next0];
      total0 = total0 + held1;
      next0 = next0 + size1;
    }
    own1[0i] = total0;
  }
  own1[0i] = subgroupAdd(own1[0i]);
  {
    let lane3 = i32(invocation);
    if (lane3 == 0i) {
      let sum5 = own1[0i];
      partial0[group1] = sum5;
    }
  }
}

// 1 workgroups of 8
@group(0) @binding(0) var<storage, read_write> out0: array<f32>;
@group(0) @binding(1) var<storage, read> partial0: array<vec4<f32>>;

var<workgroup> shared0: array<f32, 8>;

@compute @workgroup_size(8)
fn reduce_sum(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group1 = i32(workgroupId.x);
  {
    let lane0 = i32(invocation);
    var sum0 = vec4<f32>(0.0f);
    let at0 = lane0 * 4i;
    let held1 = partial0[lane0];
    sum0 = sum0 + held1;
    let place0 = lane0 + 8i;
    let held2 = partial0[place0];
    sum0 = sum0 + held2;
    let v0 = sum0.x;
    let v1 = sum0.z;
    let v2 = sum0.y;
    let v3 = sum0.w;
    let v4 = v0 + v1;
    let v5 = v2 + v3;
    shared0[lane0] = v4 + v5;
  }
  workgroupBarrier();
  for (var step0 = 0i; step0 < 3i; step0 += 1i) {
    let half0 = bitcast<i32>(bitcast<u32>(4i) >> u32(step0));
    {
      let lane1 = i32(invocation);
      if (lane1 < half0) {
        let mine0 = shared0[lane1];
        let other0 = shared0[lane1 + half0];
        shared0[lane1] = mine0 + other0;
      }
    }
    workgroupBarrier();
  }
  {
    let lane2 = i32(invocation);
    if (lane2 == 0i) {
      let sum5 = shared0[0i];
      out0[0i] = sum5;
    }
  }
}

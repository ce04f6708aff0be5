// 64 workgroups of 128
enable subgroups;

@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> out0: array<f32>;

var<workgroup> shared0: array<f32, 128>;

@compute @workgroup_size(128)
fn reduce_sum(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  var own1: array<f32, 1>;
  var place0: array<i32, 1>;
  var size0: array<i32, 1>;
  let group1 = i32(workgroupId.x);
  let at1 = group1 * 1024i;
  {
    let lane0 = i32(invocation);
    var sum0 = vec4<f32>(0.0f);
    let v0 = lane0 * 4i;
    let at0 = at1 + v0;
    let v3 = group1 * 256i;
    let place3 = v3 + lane0;
    let v1 = in0[place3];
    sum0 = sum0 + v1;
    let v4 = group1 * 256i;
    let v5 = v4 + lane0;
    let place4 = v5 + 128i;
    let v2 = in0[place4];
    sum0 = sum0 + v2;
    let v6 = sum0.x;
    let v7 = sum0.z;
    let v8 = sum0.y;
    let v9 = sum0.w;
    let v10 = v6 + v7;
    let v11 = v8 + v9;
    own1[0i] = v10 + v11;
  }
  place0[0i] = subgroupExclusiveAdd(1i);
  size0[0i] = subgroupAdd(1i);
  own1[0i] = subgroupAdd(own1[0i]);
  {
    let lane1 = i32(invocation);
    let place1 = place0[0i];
    let held0 = own1[0i];
    let v12 = place1 == 0i;
    shared0[lane1] = select(0.0f, held0, v12);
  }
  workgroupBarrier();
  {
    let lane2 = i32(invocation);
    let place2 = place0[0i];
    let size1 = size0[0i];
    var next0 = place2;
    var total0 = 0.0f;
    loop {
      if (!(next0 < 128i)) { break; }
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
      out0[group1] = sum5;
    }
  }
}

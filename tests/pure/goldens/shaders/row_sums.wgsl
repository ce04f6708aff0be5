// 64 workgroups of 128
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> out0: array<f32>;

var<workgroup> shared0: array<f32, 128>;

@compute @workgroup_size(128)
fn reduce_sum(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group1 = i32(workgroupId.x);
  let at1 = group1 * 1024i;
  {
    let lane0 = i32(invocation);
    var sum0 = vec4<f32>(0.0f);
    let v0 = lane0 * 4i;
    let at0 = at1 + v0;
    let v3 = group1 * 256i;
    let place0 = v3 + lane0;
    let v1 = in0[place0];
    sum0 = sum0 + v1;
    let v4 = group1 * 256i;
    let v5 = v4 + lane0;
    let place1 = v5 + 128i;
    let v2 = in0[place1];
    sum0 = sum0 + v2;
    let v6 = sum0.x;
    let v7 = sum0.z;
    let v8 = sum0.y;
    let v9 = sum0.w;
    let v10 = v6 + v7;
    let v11 = v8 + v9;
    shared0[lane0] = v10 + v11;
  }
  workgroupBarrier();
  for (var step0 = 0i; step0 < 7i; step0 += 1i) {
    let half0 = bitcast<i32>(bitcast<u32>(64i) >> u32(step0));
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
      out0[group1] = sum5;
    }
  }
}

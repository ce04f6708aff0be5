// 4 workgroups of 64
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> out0: array<vec4<f32>>;

@compute @workgroup_size(64)
fn reduce_sum(
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
    for (var i5 = 0i; i5 < 64i; i5 += 1i) {
      let v0 = i5 * 256i;
      let place0 = iteration0 + v0;
      let v1 = in0[place0];
      sum1 = sum1 + v1;
    }
    out0[iteration0] = sum1;
  }
}

// 16 workgroups of 64
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> out0: array<vec4<f32>>;

@compute @workgroup_size(64)
fn map_add(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group1 = i32(workgroupId.x);
  let at0 = group1 * 64i;
  {
    let lane0 = i32(invocation);
    let v0 = at0 + lane0;
    let at1 = v0 * 4i;
    let place0 = at0 + lane0;
    let v1 = in0[place0];
    let place1 = at0 + lane0;
    let v2 = v1 * v1;
    out0[place1] = v2 + v1;
  }
}

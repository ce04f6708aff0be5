@group(0) @binding(0) var<storage, read_write> y: array<i32>;

@compute @workgroup_size(64)
fn movingEnd(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group0 = i32(workgroupId.x);
  {
    let lane0 = i32(invocation);
    if (lane0 < 4i) {
      var end0 = lane0 + 2i;
      let end1 = end0;
      for (var i1 = 0i; i1 < end1; i1 += 1i) {
        end0 = end0 + i1;
      }
      y[lane0] = end0;
    }
  }
}

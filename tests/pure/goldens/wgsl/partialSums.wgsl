struct Scalars {
  n: i32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn partialSums(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let v1 = scalars.n + 511i;
  let v2 = v1 / 512i;
  let end0 = max(v2, 0i);
  let group1 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group1 < end0) {
    let first0 = group1 * 512i;
    let v0 = first0 + 512i;
    let last0 = min(v0, scalars.n);
    {
      let lane0 = i32(invocation);
      var sum0 = 0.0f;
      for (var i0 = first0 + lane0; i0 < last0; i0 += 64i) {
        let value0 = x[i0];
        sum0 = sum0 + value0;
      }
      sums[lane0] = sum0;
    }
    workgroupBarrier();
    for (var step0 = 0i; step0 < 6i; step0 += 1i) {
      let half0 = 32i >> u32(step0);
      {
        let lane1 = i32(invocation);
        if (lane1 < half0) {
          let own0 = sums[lane1];
          let other0 = sums[lane1 + half0];
          sums[lane1] = own0 + other0;
        }
      }
      workgroupBarrier();
    }
    {
      let lane2 = i32(invocation);
      if (lane2 == 0i) {
        let groupSum0 = sums[0i];
        partials[group1] = groupSum0;
      }
    }
  }
}

struct Scalars {
  n: i32,
}

@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read_write> total: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn finalSum(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group0 = i32(workgroupId.x);
  {
    let lane0 = i32(invocation);
    var sum0 = 0.0f;
    for (var i0 = lane0; i0 < scalars.n; i0 += 64i) {
      let value0 = partials[i0];
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
      let sum1 = sums[0i];
      total[0i] = sum1;
    }
  }
}

struct Scalars {
  n: i32,
}

@group(0) @binding(0) var<storage, read_write> counts: array<i32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

var<workgroup> offsets: array<i32, 64>;

@compute @workgroup_size(64)
fn exclusivePrefixSum(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group0 = i32(workgroupId.x);
  let v0 = scalars.n + 63i;
  let perInvocation0 = v0 / 64i;
  {
    let lane0 = i32(invocation);
    let first0 = lane0 * perInvocation0;
    var total0 = 0i;
    let v1 = first0 + perInvocation0;
    let end0 = min(v1, scalars.n);
    for (var i0 = first0; i0 < end0; i0 += 1i) {
      let count0 = counts[i0];
      total0 = total0 + count0;
    }
    offsets[lane0] = total0;
  }
  workgroupBarrier();
  storageBarrier();
  {
    let lane1 = i32(invocation);
    let first1 = lane1 * perInvocation0;
    var offset0 = 0i;
    for (var earlier0 = 0i; earlier0 < lane1; earlier0 += 1i) {
      let total1 = offsets[earlier0];
      offset0 = offset0 + total1;
    }
    let v2 = first1 + perInvocation0;
    let end1 = min(v2, scalars.n);
    for (var i1 = first1; i1 < end1; i1 += 1i) {
      let count1 = counts[i1];
      counts[i1] = offset0;
      offset0 = offset0 + count1;
    }
  }
}

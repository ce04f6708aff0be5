struct Scalars {
  rows: i32,
}

@group(0) @binding(0) var<storage, read> extent: array<i32>;
@group(0) @binding(1) var<storage, read_write> y: array<i32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

var<workgroup> shared_1: array<i32, 8>;

@compute @workgroup_size(8)
fn hiddenExtent(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < scalars.rows) {
    let extent0 = extent[0i];
    for (var i1 = 0i; i1 < extent0; i1 += 1i) {
      let v2 = group0 * 3i;
      let v3 = v2 + i1;
      let first0 = v3 * 8i;
      {
        let lane0 = i32(invocation);
        let v0 = y[first0 + lane0];
        shared_1[lane0] = v0;
      }
      workgroupBarrier();
      storageBarrier();
      {
        let lane1 = i32(invocation);
        let v1 = shared_1[7i - lane1];
        y[first0 + lane1] = v1;
      }
      workgroupBarrier();
      storageBarrier();
    }
  }
}

struct Scalars {
  gridBegin: i32,
  gridEnd: i32,
}

@group(0) @binding(0) var<storage, read_write> y: array<i32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn movingEnd(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let first0 = max(scalars.gridBegin, 0i);
  let v0 = min(scalars.gridEnd, 4i);
  let v1 = v0 - first0;
  let count0 = max(v1, 0i);
  let v3 = count0 + 63i;
  let end2 = v3 / 64i;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end2) {
    {
      let lane0 = i32(invocation);
      let v2 = group0 * 64i;
      let iteration0 = v2 + lane0;
      if (iteration0 < count0) {
        let i0 = first0 + iteration0;
        var end0 = i0 + 2i;
        let end1 = end0;
        for (var i1 = 0i; i1 < end1; i1 += 1i) {
          end0 = end0 + i1;
        }
        y[i0] = end0;
      }
    }
  }
}

struct Scalars {
  n: i32,
}

@group(0) @binding(0) var<storage, read_write> y: array<i32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

var<workgroup> own: array<i32, 4000>;

@compute @workgroup_size(1)
fn scratch4000(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
) {
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < scalars.n) {
    for (var i1 = 0i; i1 < 4i; i1 += 1i) {
      let v2 = group0 * 4i;
      let v0 = y[v2 + i1];
      own[i1] = v0;
    }
    for (var i2 = 0i; i2 < 4i; i2 += 1i) {
      let v1 = own[3i - i2];
      let v3 = group0 * 4i;
      y[v3 + i2] = v1;
    }
  }
}

struct Scalars {
  n: i32,
}

@group(0) @binding(0) var<storage, read_write> y: array<i32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

@compute @workgroup_size(1)
fn serialAlone(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
) {
  let group0 = i32(workgroupId.x);
  var total0 = 0i;
  for (var i0 = 0i; i0 < scalars.n; i0 += 1i) {
    let v0 = y[i0];
    total0 = total0 + v0;
    y[i0] = total0;
  }
}

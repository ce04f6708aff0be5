struct Scalars {
  a: i32,
  b: i32,
  c: i32,
}

@group(0) @binding(0) var<storage, read_write> y: array<i32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

@compute @workgroup_size(4)
fn threeDeep(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let count1 = max(scalars.b, 0i);
  let count2 = max(scalars.c, 0i);
  let divisor0 = max(count2, 1i);
  let divisor1 = max(count1, 1i);
  let v7 = max(scalars.a, 0i);
  let v8 = v7 * count1;
  let end0 = v8 * count2;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    let rest0 = group0 / divisor0;
    let i2 = group0 % divisor0;
    let rest1 = rest0 / divisor1;
    let i1 = rest0 % divisor1;
    let v0 = rest1 * scalars.b;
    let v1 = v0 + i1;
    let v2 = v1 * scalars.c;
    let row0 = v2 + i2;
    {
      let lane0 = i32(invocation);
      let v3 = row0 * 4i;
      let v4 = rest1 * 100i;
      let v5 = i1 * 10i;
      let v6 = v4 + v5;
      y[v3 + lane0] = v6 + i2;
    }
  }
}

struct Scalars {
  a: i32,
  b: i32,
  c: i32,
  gridBegin: i32,
  gridEnd: i32,
}

@group(0) @binding(0) var<storage, read_write> y: array<i32>;
@group(0) @binding(1) var<uniform> scalars: Scalars;

@compute @workgroup_size(4)
fn threeDeep(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let first0 = max(scalars.gridBegin, 0i);
  let count1 = max(scalars.b, 0i);
  let count2 = max(scalars.c, 0i);
  let divisor0 = max(count2, 1i);
  let divisor1 = max(count1, 1i);
  let v8 = min(scalars.gridEnd, scalars.a);
  let v9 = v8 - first0;
  let v10 = max(v9, 0i);
  let v11 = v10 * count1;
  let end0 = v11 * count2;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    let rest0 = group0 / divisor0;
    let i2 = group0 % divisor0;
    let i1 = rest0 % divisor1;
    let v0 = rest0 / divisor1;
    let i0 = first0 + v0;
    let v1 = i0 * scalars.b;
    let v2 = v1 + i1;
    let v3 = v2 * scalars.c;
    let row0 = v3 + i2;
    {
      let lane0 = i32(invocation);
      let v4 = row0 * 4i;
      let v5 = i0 * 100i;
      let v6 = i1 * 10i;
      let v7 = v5 + v6;
      y[v4 + lane0] = v7 + i2;
    }
  }
}

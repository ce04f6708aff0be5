struct Scalars {
  rows: i32,
  columns: i32,
}

@group(0) @binding(0) var<storage, read> scales: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn rowsOfSimd(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let count1 = max(scalars.columns, 0i);
  let total0 = scalars.rows * count1;
  let divisor0 = max(count1, 1i);
  let v4 = total0 + 63i;
  let end0 = v4 / 64i;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    {
      let lane0 = i32(invocation);
      let v1 = group0 * 64i;
      let iteration0 = v1 + lane0;
      if (iteration0 < total0) {
        let rest0 = iteration0 / divisor0;
        let scale0 = scales[rest0];
        let v2 = rest0 * scalars.columns;
        let v3 = iteration0 % divisor0;
        let place0 = v2 + v3;
        let v0 = y[place0];
        y[place0] = v0 * scale0;
      }
    }
  }
}

struct Scalars {
  rows: i32,
  columns: i32,
  gridBegin: i32,
  gridEnd: i32,
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
  let first0 = max(scalars.gridBegin, 0i);
  let count1 = max(scalars.columns, 0i);
  let v1 = min(scalars.gridEnd, scalars.rows);
  let v2 = v1 - first0;
  let v3 = max(v2, 0i);
  let total0 = v3 * count1;
  let divisor0 = max(count1, 1i);
  let v8 = total0 + 63i;
  let end0 = v8 / 64i;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    {
      let lane0 = i32(invocation);
      let v4 = group0 * 64i;
      let iteration0 = v4 + lane0;
      if (iteration0 < total0) {
        let v5 = iteration0 / divisor0;
        let i0 = first0 + v5;
        let scale0 = scales[i0];
        let v6 = i0 * scalars.columns;
        let v7 = iteration0 % divisor0;
        let place0 = v6 + v7;
        let v0 = y[place0];
        y[place0] = v0 * scale0;
      }
    }
  }
}

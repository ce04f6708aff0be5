struct Scalars {
  n: i32,
  shift: u32,
}

@group(0) @binding(0) var<storage, read> keys: array<u32>;
@group(0) @binding(1) var<storage, read_write> counts: array<i32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

var<workgroup> counters: array<i32, 1024>;

@compute @workgroup_size(64)
fn digitCounts(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let v14 = scalars.n + 511i;
  let v15 = v14 / 512i;
  let end1 = max(v15, 0i);
  let group1 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group1 < end1) {
    {
      let lane0 = i32(invocation);
      for (var digit0 = 0i; digit0 < 16i; digit0 += 1i) {
        let v0 = digit0 * 64i;
        counters[v0 + lane0] = 0i;
      }
      let v1 = group1 * 512i;
      let v2 = lane0 * 8i;
      let first0 = v1 + v2;
      let v9 = first0 + 8i;
      let end0 = min(v9, scalars.n);
      for (var i0 = first0; i0 < end0; i0 += 1i) {
        let key0 = keys[i0];
        let v3 = scalars.shift < 32u;
        let v4 = key0 >> scalars.shift;
        let v5 = select(0u, v4, v3);
        let v6 = v5 & 15u;
        let v7 = bitcast<i32>(v6);
        let v8 = v7 * 64i;
        let place0 = v8 + lane0;
        let count0 = counters[place0];
        counters[place0] = count0 + 1i;
      }
    }
    workgroupBarrier();
    {
      let lane1 = i32(invocation);
      if (lane1 < 16i) {
        var total0 = 0i;
        for (var other0 = 0i; other0 < 64i; other0 += 1i) {
          let v10 = lane1 * 64i;
          let count1 = counters[v10 + other0];
          total0 = total0 + count1;
        }
        let v11 = scalars.n + 511i;
        let v12 = v11 / 512i;
        let v13 = lane1 * v12;
        counts[v13 + group1] = total0;
      }
    }
  }
}

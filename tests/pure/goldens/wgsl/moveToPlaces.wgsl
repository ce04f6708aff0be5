struct Scalars {
  n: i32,
  shift: u32,
}

@group(0) @binding(0) var<storage, read> keys: array<u32>;
@group(0) @binding(1) var<storage, read> values: array<i32>;
@group(0) @binding(2) var<storage, read> offsets: array<i32>;
@group(0) @binding(3) var<storage, read_write> sortedKeys: array<u32>;
@group(0) @binding(4) var<storage, read_write> sortedValues: array<i32>;
@group(0) @binding(5) var<uniform> scalars: Scalars;

var<workgroup> counters: array<i32, 1024>;

@compute @workgroup_size(64)
fn moveToPlaces(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let v23 = scalars.n + 511i;
  let v24 = v23 / 512i;
  let end2 = max(v24, 0i);
  let group1 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group1 < end2) {
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
        let v10 = scalars.n + 511i;
        let v11 = v10 / 512i;
        let v12 = lane1 * v11;
        let start0 = offsets[v12 + group1];
        var place1 = start0;
        for (var other0 = 0i; other0 < 64i; other0 += 1i) {
          let v13 = lane1 * 64i;
          let counter0 = v13 + other0;
          let count1 = counters[counter0];
          counters[counter0] = place1;
          place1 = place1 + count1;
        }
      }
    }
    workgroupBarrier();
    {
      let lane2 = i32(invocation);
      let v14 = group1 * 512i;
      let v15 = lane2 * 8i;
      let first1 = v14 + v15;
      let v22 = first1 + 8i;
      let end1 = min(v22, scalars.n);
      for (var i1 = first1; i1 < end1; i1 += 1i) {
        let key1 = keys[i1];
        let v16 = scalars.shift < 32u;
        let v17 = key1 >> scalars.shift;
        let v18 = select(0u, v17, v16);
        let v19 = v18 & 15u;
        let v20 = bitcast<i32>(v19);
        let v21 = v20 * 64i;
        let counter1 = v21 + lane2;
        let place2 = counters[counter1];
        counters[counter1] = place2 + 1i;
        sortedKeys[place2] = key1;
        let value0 = values[i1];
        sortedValues[place2] = value0;
      }
    }
  }
}

struct Scalars {
  n: i32,
  runtimeZero: u32,
}

@group(0) @binding(0) var<storage, read_write> floats: array<f32>;
@group(0) @binding(1) var<storage, read_write> integers: array<i32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

@compute @workgroup_size(1)
fn constantOperands(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
) {
  let v0 = 2139095040u | scalars.runtimeZero;
  let infinity0 = bitcast<f32>(v0);
  let v1 = 2143289344u | scalars.runtimeZero;
  let nan0 = bitcast<f32>(v1);
  let v2 = 2147483648u | scalars.runtimeZero;
  let negativeZero0 = bitcast<f32>(v2);
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < 1i) {
    floats[0i] = infinity0;
    floats[1i] = infinity0;
    floats[2i] = nan0;
    floats[3i] = nan0;
    floats[4i] = negativeZero0;
    floats[5i] = 4294967296.0f;
    floats[6i] = nan0;
    floats[7i] = 2.7182817f;
    integers[0i] = i32(-2147483648);
    integers[1i] = 2147483647i;
    integers[2i] = -1i;
    integers[3i] = scalars.n;
    integers[4i] = 0i;
    integers[5i] = 0i;
    let bits0 = 1343554297i;
    let magnitude0 = bits0 & 2147483647i;
    let fits0 = magnitude0 < 1325400064i;
    let v3 = select(0.0f, 10000000000f, fits0);
    let v4 = bits0 < 0i;
    let v5 = i32(v3);
    let v6 = select(2147483647i, i32(-2147483648), v4);
    let v7 = magnitude0 <= 2139095040i;
    let v8 = select(v6, v5, fits0);
    integers[6i] = select(0i, v8, v7);
    let bits1 = 2143289344i;
    let magnitude1 = bits1 & 2147483647i;
    let fits1 = magnitude1 < 1325400064i;
    let v9 = select(0.0f, nan0, fits1);
    let v10 = bits1 < 0i;
    let v11 = i32(v9);
    let v12 = select(2147483647i, i32(-2147483648), v10);
    let v13 = magnitude1 <= 2139095040i;
    let v14 = select(v12, v11, fits1);
    integers[7i] = select(0i, v14, v13);
    integers[8i] = scalars.n;
    integers[9i] = 0i;
    let v15 = scalars.n < 5i;
    integers[10i] = select(0i, 1i, v15);
    integers[11i] = 1i;
  }
}

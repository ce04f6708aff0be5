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
) {
  let v0 = 2139095040u | scalars.runtimeZero;
  let infinity0 = bitcast<f32>(v0);
  let v1 = 2143289344u | scalars.runtimeZero;
  let nan0 = bitcast<f32>(v1);
  let v2 = 2147483648u | scalars.runtimeZero;
  let negativeZero0 = bitcast<f32>(v2);
  let group0 = i32(workgroupId.x);
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
  integers[6i] = 2147483647i;
  integers[7i] = 0i;
  integers[8i] = scalars.n;
  integers[9i] = 0i;
  let v3 = scalars.n < 5i;
  integers[10i] = select(0i, 1i, v3);
  integers[11i] = 1i;
}

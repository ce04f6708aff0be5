struct Scalars {
  const_1: i32,
  var_1: u32,
  runtimeZero: u32,
}

@group(0) @binding(0) var<storage, read_write> fn_1: array<u32>;
@group(0) @binding(1) var<storage, read_write> array_1: array<f32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

const uniform_1 = array<u32, 6>(2143289344u, 2139095040u, 4286578688u, 2147483648u, 1036831949u, 2139095039u);
const scalars_1 = array<u32, 2>(0u, 1u);

@compute @workgroup_size(64)
fn override_1(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(num_workgroups) workgroupCount: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  var private_1: array<u32, 2>;
  let v0 = 4286578688u | scalars.runtimeZero;
  let negativeInfinity0 = bitcast<f32>(v0);
  let v2 = 2147483648u | scalars.runtimeZero;
  let negativeZero0 = bitcast<f32>(v2);
  let v23 = scalars.const_1 + 63i;
  let end0 = v23 / 64i;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    {
      let lane0 = i32(invocation);
      let v4 = group0 * 64i;
      let iteration0 = v4 + lane0;
      if (iteration0 < scalars.const_1) {
        let word0 = fn_1[iteration0];
        let v5 = word0 != 0u;
        let v6 = scalars.var_1 != 0u;
        let v7 = v5 != v6;
        private_1[0i] = select(0u, 1u, v7);
        let v8 = lane0 / 2i;
        let word1 = scalars_1[v8 % 2i];
        let v9 = word1 != 0u;
        private_1[1i] = select(0u, 1u, v9);
        let word2 = private_1[0i];
        let v1 = word2 != 0u;
        let word3 = private_1[1i];
        let bits0 = uniform_1[iteration0 % 6i];
        let v3 = bitcast<f32>(bits0);
        var below0 = 0.0f;
        if (0i < iteration0) {
          let loaded0 = array_1[iteration0 + -1i];
          below0 = loaded0;
        }
        let v18 = lane0 % 2i;
        if (v18 == 0i) {
          let v10 = scalars.const_1 + -1i;
          let v11 = lane0 % 4i;
          let v12 = v11 == 0i;
          let v13 = word3 != 0u;
          let v14 = select(negativeZero0, negativeInfinity0, v12);
          let v15 = select(-2147483648.0f, v14, v13);
          let v16 = iteration0 == v10;
          let v17 = select(v15, v3, v1);
          array_1[iteration0] = select(v17, below0, v16);
        }
        let v19 = bitcast<i32>(v3);
        let v20 = v19 & 2147483647i;
        let v21 = v20 > 2139095040i;
        let v22 = v1 & v21;
        fn_1[iteration0] = select(0u, 1u, v22);
      }
    }
  }
}

struct Scalars {
  const_1: i32,
  var_1: u32,
  gridBegin: i32,
  gridEnd: i32,
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
  let first0 = max(scalars.gridBegin, 0i);
  let v4 = min(scalars.gridEnd, scalars.const_1);
  let v5 = v4 - first0;
  let count0 = max(v5, 0i);
  let v25 = count0 + 63i;
  let end0 = v25 / 64i;
  let group0 = i32(workgroupId.x + workgroupCount.x * (workgroupId.y + workgroupCount.y * workgroupId.z));
  if (group0 < end0) {
    {
      let lane0 = i32(invocation);
      let v6 = group0 * 64i;
      let iteration0 = v6 + lane0;
      if (iteration0 < count0) {
        let i0 = first0 + iteration0;
        let word0 = fn_1[i0];
        let v7 = word0 != 0u;
        let v8 = scalars.var_1 != 0u;
        let v9 = v7 != v8;
        private_1[0i] = select(0u, 1u, v9);
        let v10 = i0 / 2i;
        let word1 = scalars_1[v10 % 2i];
        let v11 = word1 != 0u;
        private_1[1i] = select(0u, 1u, v11);
        let word2 = private_1[0i];
        let v1 = word2 != 0u;
        let word3 = private_1[1i];
        let bits0 = uniform_1[i0 % 6i];
        let v3 = bitcast<f32>(bits0);
        var below0 = 0.0f;
        if (0i < i0) {
          let loaded0 = array_1[i0 + -1i];
          below0 = loaded0;
        }
        let v20 = i0 % 2i;
        if (v20 == 0i) {
          let v12 = scalars.const_1 + -1i;
          let v13 = i0 % 4i;
          let v14 = v13 == 0i;
          let v15 = word3 != 0u;
          let v16 = select(negativeZero0, negativeInfinity0, v14);
          let v17 = select(-2147483648.0f, v16, v15);
          let v18 = i0 == v12;
          let v19 = select(v17, v3, v1);
          array_1[i0] = select(v19, below0, v18);
        }
        let v21 = bitcast<i32>(v3);
        let v22 = v21 & 2147483647i;
        let v23 = v22 > 2139095040i;
        let v24 = v1 & v23;
        fn_1[i0] = select(0u, 1u, v24);
      }
    }
  }
}

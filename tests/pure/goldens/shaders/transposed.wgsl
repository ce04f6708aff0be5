// 6 workgroups of 256
@group(0) @binding(0) var<storage, read> in0: array<f32>;
@group(0) @binding(1) var<storage, read_write> out0: array<f32>;

var<workgroup> tile0: array<f32, 1056>;

@compute @workgroup_size(256)
fn map_transpose(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group1 = i32(workgroupId.x);
  let rowTile0 = group1 / 2i;
  let columnTile0 = group1 % 2i;
  let v0 = columnTile0 * 3072i;
  let v1 = rowTile0 * 32i;
  let at1 = v0 + v1;
  {
    let lane0 = i32(invocation);
    let row0 = lane0 % 32i;
    let v2 = lane0 / 32i;
    let at0 = at1 + row0;
    let v12 = v2 * 96i;
    let v4 = in0[at0 + v12];
    let v13 = v2 * 33i;
    tile0[v13 + row0] = v4;
    let column3 = v2 + 8i;
    let v14 = column3 * 96i;
    let v5 = in0[at0 + v14];
    let v15 = column3 * 33i;
    tile0[v15 + row0] = v5;
    let column4 = v2 + 16i;
    let v16 = column4 * 96i;
    let v6 = in0[at0 + v16];
    let v17 = column4 * 33i;
    tile0[v17 + row0] = v6;
    let column5 = v2 + 24i;
    let v18 = column5 * 96i;
    let v7 = in0[at0 + v18];
    let v19 = column5 * 33i;
    tile0[v19 + row0] = v7;
  }
  workgroupBarrier();
  let v20 = rowTile0 * 2048i;
  let v21 = columnTile0 * 32i;
  let at4 = v20 + v21;
  {
    let lane1 = i32(invocation);
    let column1 = lane1 % 32i;
    let v3 = lane1 / 32i;
    let at2 = column1 * 33i;
    let at3 = at4 + column1;
    let v8 = tile0[at2 + v3];
    let v22 = v3 * 64i;
    out0[at3 + v22] = v8;
    let row3 = v3 + 8i;
    let v9 = tile0[at2 + row3];
    let v23 = row3 * 64i;
    out0[at3 + v23] = v9;
    let row4 = v3 + 16i;
    let v10 = tile0[at2 + row4];
    let v24 = row4 * 64i;
    out0[at3 + v24] = v10;
    let row5 = v3 + 24i;
    let v11 = tile0[at2 + row5];
    let v25 = row5 * 64i;
    out0[at3 + v25] = v11;
  }
}

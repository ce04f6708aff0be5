// 64 workgroups of 64
@group(0) @binding(0) var<storage, read> operand: array<f32>;
@group(0) @binding(1) var<storage, read_write> totals: array<f32>;

var<workgroup> shared_1: array<f32, 64>;

@compute @workgroup_size(64)
fn block_totals_add(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group1 = i32(workgroupId.x);
  {
    let lane0 = i32(invocation);
    var total0 = 0.0f;
    let v3 = group1 % 8i;
    let v4 = v3 * 512i;
    let v5 = lane0 * 8i;
    let first0 = v4 + v5;
    let v6 = group1 / 8i;
    let start0 = v6 * 4096i;
    for (var number0 = 0i; number0 < 8i; number0 += 1i) {
      let v7 = first0 + number0;
      let value0 = operand[start0 + v7];
      total0 = total0 + value0;
    }
    shared_1[lane0] = total0;
  }
  workgroupBarrier();
  for (var step0 = 0i; step0 < 6i; step0 += 1i) {
    let half0 = bitcast<i32>(bitcast<u32>(32i) >> u32(step0));
    {
      let lane1 = i32(invocation);
      if (lane1 < half0) {
        let v0 = shared_1[lane1];
        let v1 = shared_1[lane1 + half0];
        shared_1[lane1] = v0 + v1;
      }
    }
    workgroupBarrier();
  }
  {
    let lane2 = i32(invocation);
    if (lane2 == 0i) {
      let v2 = shared_1[0i];
      totals[group1] = v2;
    }
  }
}

// 8 workgroups of 64
@group(0) @binding(0) var<storage, read> totals: array<f32>;
@group(0) @binding(1) var<storage, read_write> before: array<f32>;

var<workgroup> lanes: array<f32, 64>;
var<workgroup> lanes0: array<f32, 64>;

@compute @workgroup_size(64)
fn before_blocks_add(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group0 = i32(workgroupId.x);
  {
    let lane0 = i32(invocation);
    var total0 = 0.0f;
    let v14 = lane0 + 1i;
    let end0 = min(v14, 8i);
    for (var block0 = lane0; block0 < end0; block0 += 1i) {
      let v13 = group0 * 8i;
      let value0 = totals[v13 + block0];
      total0 = total0 + value0;
    }
    lanes[lane0] = total0;
  }
  workgroupBarrier();
  {
    let lane1 = i32(invocation);
    let v0 = lanes[lane1];
    var sum0 = v0;
    if (lane1 >= 1i) {
      let v1 = lanes[lane1 + -1i];
      sum0 = v1 + sum0;
    }
    lanes0[lane1] = sum0;
  }
  workgroupBarrier();
  {
    let lane2 = i32(invocation);
    let v2 = lanes0[lane2];
    var sum1 = v2;
    if (lane2 >= 2i) {
      let v3 = lanes0[lane2 + -2i];
      sum1 = v3 + sum1;
    }
    lanes[lane2] = sum1;
  }
  workgroupBarrier();
  {
    let lane3 = i32(invocation);
    let v4 = lanes[lane3];
    var sum2 = v4;
    if (lane3 >= 4i) {
      let v5 = lanes[lane3 + -4i];
      sum2 = v5 + sum2;
    }
    lanes0[lane3] = sum2;
  }
  workgroupBarrier();
  {
    let lane4 = i32(invocation);
    let v6 = lanes0[lane4];
    var sum3 = v6;
    if (lane4 >= 8i) {
      let v7 = lanes0[lane4 + -8i];
      sum3 = v7 + sum3;
    }
    lanes[lane4] = sum3;
  }
  workgroupBarrier();
  {
    let lane5 = i32(invocation);
    let v8 = lanes[lane5];
    var sum4 = v8;
    if (lane5 >= 16i) {
      let v9 = lanes[lane5 + -16i];
      sum4 = v9 + sum4;
    }
    lanes0[lane5] = sum4;
  }
  workgroupBarrier();
  {
    let lane6 = i32(invocation);
    let v10 = lanes0[lane6];
    var sum5 = v10;
    if (lane6 >= 32i) {
      let v11 = lanes0[lane6 + -32i];
      sum5 = v11 + sum5;
    }
    lanes[lane6] = sum5;
  }
  workgroupBarrier();
  {
    let lane7 = i32(invocation);
    var running0 = 0.0f;
    if (lane7 > 0i) {
      let v12 = lanes[lane7 + -1i];
      running0 = v12;
    }
    let v17 = lane7 + 1i;
    let end1 = min(v17, 8i);
    for (var block1 = lane7; block1 < end1; block1 += 1i) {
      let v15 = group0 * 8i;
      before[v15 + block1] = running0;
      let v16 = group0 * 8i;
      let value1 = totals[v16 + block1];
      running0 = running0 + value1;
    }
  }
}

// 64 workgroups of 64
@group(0) @binding(0) var<storage, read> operand: array<f32>;
@group(0) @binding(1) var<storage, read> before: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

var<workgroup> lanes: array<f32, 64>;
var<workgroup> lanes0: array<f32, 64>;

@compute @workgroup_size(64)
fn block_prefixes_add(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group1 = i32(workgroupId.x);
  {
    let lane0 = i32(invocation);
    var total0 = 0.0f;
    let v13 = group1 % 8i;
    let v14 = v13 * 512i;
    let v15 = lane0 * 8i;
    let first0 = v14 + v15;
    let v16 = group1 / 8i;
    let start0 = v16 * 4096i;
    for (var number0 = 0i; number0 < 8i; number0 += 1i) {
      let v17 = first0 + number0;
      let value0 = operand[start0 + v17];
      total0 = total0 + value0;
    }
    lanes[lane0] = total0;
  }
  workgroupBarrier();
  {
    let lane1 = i32(invocation);
    let v0 = lanes[lane1];
    var sum0 = v0;
    if (lane1 >= 1i) {
      let v1 = lanes[lane1 + -1i];
      sum0 = v1 + sum0;
    }
    lanes0[lane1] = sum0;
  }
  workgroupBarrier();
  {
    let lane2 = i32(invocation);
    let v2 = lanes0[lane2];
    var sum1 = v2;
    if (lane2 >= 2i) {
      let v3 = lanes0[lane2 + -2i];
      sum1 = v3 + sum1;
    }
    lanes[lane2] = sum1;
  }
  workgroupBarrier();
  {
    let lane3 = i32(invocation);
    let v4 = lanes[lane3];
    var sum2 = v4;
    if (lane3 >= 4i) {
      let v5 = lanes[lane3 + -4i];
      sum2 = v5 + sum2;
    }
    lanes0[lane3] = sum2;
  }
  workgroupBarrier();
  {
    let lane4 = i32(invocation);
    let v6 = lanes0[lane4];
    var sum3 = v6;
    if (lane4 >= 8i) {
      let v7 = lanes0[lane4 + -8i];
      sum3 = v7 + sum3;
    }
    lanes[lane4] = sum3;
  }
  workgroupBarrier();
  {
    let lane5 = i32(invocation);
    let v8 = lanes[lane5];
    var sum4 = v8;
    if (lane5 >= 16i) {
      let v9 = lanes[lane5 + -16i];
      sum4 = v9 + sum4;
    }
    lanes0[lane5] = sum4;
  }
  workgroupBarrier();
  {
    let lane6 = i32(invocation);
    let v10 = lanes0[lane6];
    var sum5 = v10;
    if (lane6 >= 32i) {
      let v11 = lanes0[lane6 + -32i];
      sum5 = v11 + sum5;
    }
    lanes[lane6] = sum5;
  }
  workgroupBarrier();
  {
    let lane7 = i32(invocation);
    let base0 = before[group1];
    var running0 = base0;
    if (lane7 > 0i) {
      let v12 = lanes[lane7 + -1i];
      running0 = running0 + v12;
    }
    let v18 = group1 % 8i;
    let v19 = v18 * 512i;
    let v20 = lane7 * 8i;
    let first1 = v19 + v20;
    let v21 = group1 / 8i;
    let start1 = v21 * 4096i;
    for (var number1 = 0i; number1 < 8i; number1 += 1i) {
      let place1 = first1 + number1;
      let value1 = operand[start1 + place1];
      running0 = running0 + value1;
      out[start1 + place1] = running0;
    }
  }
}

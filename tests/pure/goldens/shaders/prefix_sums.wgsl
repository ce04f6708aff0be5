// 64 workgroups of 64
@group(0) @binding(0) var<storage, read> in0: array<f32>;
@group(0) @binding(1) var<storage, read_write> totals: array<f32>;

var<workgroup> shared_1: array<f32, 64>;

@compute @workgroup_size(64)
fn block_totals_cumsum(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group1 = i32(workgroupId.x);
  let row0 = group1 / 8i;
  let block0 = group1 % 8i;
  {
    let lane0 = i32(invocation);
    var total0 = 0.0f;
    let v1 = block0 * 512i;
    let v2 = lane0 * 8i;
    let first0 = v1 + v2;
    for (var own0 = 0i; own0 < 8i; own0 += 1i) {
      let v3 = row0 * 4096i;
      let v4 = first0 + own0;
      let v0 = in0[v3 + v4];
      total0 = total0 + v0;
    }
    shared_1[lane0] = total0;
  }
  workgroupBarrier();
  for (var step0 = 0i; step0 < 6i; step0 += 1i) {
    let reach0 = 1i << u32(step0);
    {
      let lane1 = i32(invocation);
      let v5 = reach0 * 2i;
      let first1 = lane1 * v5;
      if (first1 < 64i) {
        let held0 = shared_1[first1];
        let held1 = shared_1[first1 + reach0];
        shared_1[first1] = held0 + held1;
      }
    }
    workgroupBarrier();
  }
  {
    let lane2 = i32(invocation);
    if (lane2 == 0i) {
      let held2 = shared_1[0i];
      totals[group1] = held2;
    }
  }
}

// 8 workgroups of 64
@group(0) @binding(0) var<storage, read> totals: array<f32>;
@group(0) @binding(1) var<storage, read_write> before: array<f32>;

var<workgroup> lanes: array<f32, 64>;
var<workgroup> lanes0: array<f32, 64>;

@compute @workgroup_size(64)
fn before_blocks_cumsum(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group0 = i32(workgroupId.x);
  {
    let lane0 = i32(invocation);
    var total0 = 0.0f;
    let v1 = lane0 + 1i;
    let end0 = min(v1, 8i);
    for (var block0 = lane0; block0 < end0; block0 += 1i) {
      let v0 = group0 * 8i;
      let held0 = totals[v0 + block0];
      total0 = total0 + held0;
    }
    lanes[lane0] = total0;
  }
  workgroupBarrier();
  {
    let lane1 = i32(invocation);
    let held1 = lanes[lane1];
    var state0 = held1;
    if (lane1 >= 1i) {
      let held2 = lanes[lane1 + -1i];
      state0 = held2 + state0;
    }
    lanes0[lane1] = state0;
  }
  workgroupBarrier();
  {
    let lane2 = i32(invocation);
    let held3 = lanes0[lane2];
    var state1 = held3;
    if (lane2 >= 2i) {
      let held4 = lanes0[lane2 + -2i];
      state1 = held4 + state1;
    }
    lanes[lane2] = state1;
  }
  workgroupBarrier();
  {
    let lane3 = i32(invocation);
    let held5 = lanes[lane3];
    var state2 = held5;
    if (lane3 >= 4i) {
      let held6 = lanes[lane3 + -4i];
      state2 = held6 + state2;
    }
    lanes0[lane3] = state2;
  }
  workgroupBarrier();
  {
    let lane4 = i32(invocation);
    let held7 = lanes0[lane4];
    var state3 = held7;
    if (lane4 >= 8i) {
      let held8 = lanes0[lane4 + -8i];
      state3 = held8 + state3;
    }
    lanes[lane4] = state3;
  }
  workgroupBarrier();
  {
    let lane5 = i32(invocation);
    let held9 = lanes[lane5];
    var state4 = held9;
    if (lane5 >= 16i) {
      let held10 = lanes[lane5 + -16i];
      state4 = held10 + state4;
    }
    lanes0[lane5] = state4;
  }
  workgroupBarrier();
  {
    let lane6 = i32(invocation);
    let held11 = lanes0[lane6];
    var state5 = held11;
    if (lane6 >= 32i) {
      let held12 = lanes0[lane6 + -32i];
      state5 = held12 + state5;
    }
    lanes[lane6] = state5;
  }
  workgroupBarrier();
  {
    let lane7 = i32(invocation);
    var total1 = 0.0f;
    if (lane7 > 0i) {
      let held13 = lanes[lane7 + -1i];
      total1 = held13;
    }
    let v3 = lane7 + 1i;
    let end1 = min(v3, 8i);
    for (var block1 = lane7; block1 < end1; block1 += 1i) {
      let v2 = group0 * 8i;
      let place1 = v2 + block1;
      before[place1] = total1;
      let held14 = totals[place1];
      total1 = total1 + held14;
    }
  }
}

// 64 workgroups of 64
@group(0) @binding(0) var<storage, read> before: array<f32>;
@group(0) @binding(1) var<storage, read> in0: array<f32>;
@group(0) @binding(2) var<storage, read_write> out0: array<f32>;

var<workgroup> lanes: array<f32, 64>;
var<workgroup> lanes0: array<f32, 64>;

@compute @workgroup_size(64)
fn block_prefixes_cumsum(
  @builtin(workgroup_id) workgroupId: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group1 = i32(workgroupId.x);
  let row0 = group1 / 8i;
  let block0 = group1 % 8i;
  {
    let lane0 = i32(invocation);
    var total0 = 0.0f;
    let v2 = block0 * 512i;
    let v3 = lane0 * 8i;
    let first0 = v2 + v3;
    for (var own0 = 0i; own0 < 8i; own0 += 1i) {
      let v4 = row0 * 4096i;
      let v5 = first0 + own0;
      let v0 = in0[v4 + v5];
      total0 = total0 + v0;
    }
    lanes[lane0] = total0;
  }
  workgroupBarrier();
  {
    let lane1 = i32(invocation);
    let held0 = lanes[lane1];
    var state0 = held0;
    if (lane1 >= 1i) {
      let held1 = lanes[lane1 + -1i];
      state0 = held1 + state0;
    }
    lanes0[lane1] = state0;
  }
  workgroupBarrier();
  {
    let lane2 = i32(invocation);
    let held2 = lanes0[lane2];
    var state1 = held2;
    if (lane2 >= 2i) {
      let held3 = lanes0[lane2 + -2i];
      state1 = held3 + state1;
    }
    lanes[lane2] = state1;
  }
  workgroupBarrier();
  {
    let lane3 = i32(invocation);
    let held4 = lanes[lane3];
    var state2 = held4;
    if (lane3 >= 4i) {
      let held5 = lanes[lane3 + -4i];
      state2 = held5 + state2;
    }
    lanes0[lane3] = state2;
  }
  workgroupBarrier();
  {
    let lane4 = i32(invocation);
    let held6 = lanes0[lane4];
    var state3 = held6;
    if (lane4 >= 8i) {
      let held7 = lanes0[lane4 + -8i];
      state3 = held7 + state3;
    }
    lanes[lane4] = state3;
  }
  workgroupBarrier();
  {
    let lane5 = i32(invocation);
    let held8 = lanes[lane5];
    var state4 = held8;
    if (lane5 >= 16i) {
      let held9 = lanes[lane5 + -16i];
      state4 = held9 + state4;
    }
    lanes0[lane5] = state4;
  }
  workgroupBarrier();
  {
    let lane6 = i32(invocation);
    let held10 = lanes0[lane6];
    var state5 = held10;
    if (lane6 >= 32i) {
      let held11 = lanes0[lane6 + -32i];
      state5 = held11 + state5;
    }
    lanes[lane6] = state5;
  }
  workgroupBarrier();
  {
    let lane7 = i32(invocation);
    var total1 = 0.0f;
    let held12 = before[group1];
    total1 = held12;
    if (lane7 > 0i) {
      let held13 = lanes[lane7 + -1i];
      total1 = total1 + held13;
    }
    let v6 = block0 * 512i;
    let v7 = lane7 * 8i;
    let first1 = v6 + v7;
    for (var own1 = 0i; own1 < 8i; own1 += 1i) {
      let number1 = first1 + own1;
      let v8 = row0 * 4096i;
      let v1 = in0[v8 + number1];
      total1 = total1 + v1;
      let v9 = row0 * 4096i;
      out0[v9 + number1] = total1;
    }
  }
}

/**
 * @file Names of a kernel as WGSL identifiers: valid, unique, and none of the words that WGSL or this printer uses. A name
 * that needs no change keeps its spelling.
 */

/** Keywords and reserved words of the WGSL specification. */
const reservedWords = `
  alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let loop
  override requires return struct switch true var while
  NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become cast catch class co_await
  co_return co_yield coherent column_major common compile compile_fragment concept const_cast consteval constexpr constinit
  crate debugger decltype delete demote demote_to_helper do dynamic_cast enum explicit export extends extern external
  fallthrough filter final finally friend from fxgroup get goto groupshared highp impl implements import inline instanceof
  interface layout lowp macro macro_rules match mediump meta mod module move mut mutable namespace new nil noexcept noinline
  nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset partial pass patch
  pixelfragment precise precision premerge priv protected pub public readonly ref regardless register reinterpret_cast
  require resource restrict self set shared sizeof smooth snorm static static_assert static_cast std subroutine super target
  template this thread_local throw trait try type typedef typeid typename typeof union unless unorm unsafe unsized use using
  varying virtual volatile wgsl where with writeonly yield
`;

/** Types, functions, address spaces and access modes that a kernel's own name would hide from the printed code. */
const predeclared = `
  function private workgroup uniform storage read write read_write
  array bool f16 f32 i32 u32 ptr vec2 vec3 vec4 vec2f vec3f vec4f vec2i vec3i vec4i vec2u vec3u vec4u atomic sampler texture_2d
  abs bitcast ceil countLeadingZeros countOneBits dot exp floor fma length log max min pow round select sign sqrt
  subgroupAdd subgroupMul subgroupMax subgroupMin subgroupAnd subgroupOr subgroupXor subgroupExclusiveAdd
  storageBarrier tanh trunc workgroupBarrier workgroupUniformLoad sin cos
`;

/** What the printer names itself. */
export const ownNames = {
  uniformStruct: "Scalars",
  uniform: "scalars",
  workgroupId: "workgroupId",
  workgroupCount: "workgroupCount",
  invocation: "invocation",
} as const;

const taken: readonly string[] = [
  ...reservedWords.trim().split(/\s+/), ...predeclared.trim().split(/\s+/), ...Object.values(ownNames),
];

/** Gives every name an identifier. The same names in the same order get the same identifiers. */
export function identifiersFor(names: Iterable<string>): ReadonlyMap<string, string> {
  const used = new Set<string>(taken);
  const identifiers = new Map<string, string>();
  for (const name of names) {
    const valid = validIdentifier(name);
    let identifier = valid;
    for (let count = 1; used.has(identifier); count++) identifier = `${valid}_${count}`;
    used.add(identifier);
    identifiers.set(name, identifier);
  }
  return identifiers;
}

/** WGSL allows more letters than ASCII's; two leading underscores and a lone one are not allowed. */
function validIdentifier(name: string): string {
  const letters = name.replaceAll(/[^A-Za-z0-9_]/g, "_").replace(/^_+/, "");
  return /^[A-Za-z]/.test(letters) ? letters : `n${letters}`;
}

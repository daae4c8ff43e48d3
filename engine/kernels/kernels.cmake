# innerloop_add_kernels(TARGET PRECISION): adds the kernel table to TARGET; PRECISION is float or double. Each row is
# the same code for another instruction set, so the options below win over the user's; which row runs is decided at run
# time.
# -fwrapv: the bits of NaN go through integer arithmetic whose result is not used.
set(innerloop_kernels_dir ${CMAKE_CURRENT_LIST_DIR})

function(innerloop_add_kernels target precision)
  set(rows portable)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    set(march_portable -march=x86-64)
    set(march_avx2 -march=x86-64-v3)
    set(march_avx512 -march=x86-64-v4)
    list(APPEND rows avx2)
    if(INNERLOOP_SANITIZE) # the widest tiles take minutes to compile with instruments in them; avx2 is the same source
      target_compile_definitions(${target} PRIVATE IL_KERNELS_WITHOUT_AVX512)
    elseif(precision STREQUAL float)
      list(APPEND rows avx512)
    endif()
  endif()
  set(optimise -O3)
  if(INNERLOOP_SANITIZE OR INNERLOOP_COVERAGE)
    set(optimise -O1) # for the same reason; the bits are the same
  endif()
  foreach(row IN LISTS rows)
    set(source ${innerloop_kernels_dir}/row_${row}.c)
    set(options ${optimise} -fwrapv -ffp-contract=off ${march_${row}})
    if(optimise STREQUAL -O3 AND CMAKE_C_COMPILER_ID STREQUAL GNU) # its default leaves parts of some register tiles on the stack: 30 % slower
      list(APPEND options -fira-region=all)
    endif()
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${options}")
    target_sources(${target} PRIVATE ${source})
  endforeach()
  target_sources(${target} PRIVATE ${innerloop_kernels_dir}/reference.c ${innerloop_kernels_dir}/reference_norm.c
                 ${innerloop_kernels_dir}/cholesky.c ${innerloop_kernels_dir}/table.c ${innerloop_kernels_dir}/host.c)
endfunction()

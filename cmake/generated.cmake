# Generated sources: innerloop_build.h (who built what) and innerloop_embedded.c (YAML files inside the program).
set(innerloop_generated ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${innerloop_generated})

# Looks at git in every build, but rewrites the header only when its text changes.
string(TOUPPER "${CMAKE_BUILD_TYPE}" innerloop_build_type)
string(JOIN " " innerloop_flags_text -std=gnu11 ${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${innerloop_build_type}}
       ${innerloop_numeric_flags} ${innerloop_instrument_flags})
string(REPLACE "${CMAKE_SOURCE_DIR}" "." innerloop_flags_text "${innerloop_flags_text}")
add_custom_target(innerloop_build_header
  COMMAND ${CMAKE_COMMAND} -D "SOURCE=${CMAKE_SOURCE_DIR}" -D "OUTPUT=${innerloop_generated}/innerloop_build.h"
          -D "VERSION=${PROJECT_VERSION}" -D "COMPILER=${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}"
          -D "FLAGS=${innerloop_flags_text}" -P ${CMAKE_SOURCE_DIR}/cmake/write_build_header.cmake
  BYPRODUCTS ${innerloop_generated}/innerloop_build.h
  VERBATIM COMMENT "")

file(GLOB_RECURSE innerloop_experiments CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} experiments/*.yaml)
file(GLOB innerloop_published CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} baselines/published/*.yaml)
list(SORT innerloop_experiments)
list(SORT innerloop_published)
# The lists go through files: a command line has a limit, and a changed list must rewrite the source.
string(JOIN "\n" innerloop_embedded_lists "il_embedded_experiments" ${innerloop_experiments} ""
       "il_embedded_published" ${innerloop_published} "")
file(CONFIGURE OUTPUT ${innerloop_generated}/embedded.txt CONTENT "@innerloop_embedded_lists@" @ONLY)
add_custom_command(OUTPUT ${innerloop_generated}/innerloop_embedded.c
  COMMAND ${CMAKE_COMMAND} -D "SOURCE=${CMAKE_SOURCE_DIR}" -D "LIST=${innerloop_generated}/embedded.txt"
          -D "OUTPUT=${innerloop_generated}/innerloop_embedded.c"
          -P ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
  DEPENDS ${innerloop_experiments} ${innerloop_published} ${innerloop_generated}/embedded.txt
          cmake/write_embedded.cmake
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  VERBATIM COMMENT "Embedding experiments and published figures")

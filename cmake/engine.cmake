# The libraries and the program.
#   innerloop_engine      engine without cli/, and baselines/, in float
#   innerloop_engine_f64  the same sources in double: tests, and the command `prove`
#   innerloop_commands    engine/cli without main.c, the embedded files, the double engine behind one symbol
#   innerloop             the program
set(innerloop_sources)
foreach(folder base statistics graph graph/ops formats data models tasks algorithms experiment harness results)
  file(GLOB files CONFIGURE_DEPENDS engine/${folder}/*.c)
  list(APPEND innerloop_sources ${files})
endforeach()
file(GLOB files CONFIGURE_DEPENDS baselines/*.c)
list(APPEND innerloop_sources ${files})

file(GLOB innerloop_kernels_file CONFIGURE_DEPENDS engine/kernels/kernels.cmake)
if(innerloop_kernels_file)
  include(${innerloop_kernels_file})
endif()
function(innerloop_add_engine target real)
  add_library(${target} STATIC ${innerloop_sources})
  target_link_libraries(${target} PUBLIC innerloop_settings)
  if(real STREQUAL double)
    target_compile_definitions(${target} PUBLIC IL_REAL_IS_DOUBLE)
  endif()
  if(innerloop_kernels_file)
    innerloop_add_kernels(${target} ${real})
  endif()
  add_dependencies(${target} innerloop_build_header)
endfunction()
innerloop_add_engine(innerloop_engine float)
set_target_properties(innerloop_engine PROPERTIES OUTPUT_NAME innerloop) # as it is installed: libinnerloop.a
innerloop_add_engine(innerloop_engine_f64 double)

# `prove` needs the double engine inside the float program: all double objects become one relocatable object whose only
# global symbols end in _f64, so that no other name can clash: il_prove_f64, and what plug-ins in double call
# (innerloop/double_names.h).
add_library(innerloop_prove_f64 OBJECT engine/cli/double/prove_f64.c engine/cli/builtin.c engine/cli/builtin_check.c
            engine/cli/plugin.c)
target_link_libraries(innerloop_prove_f64 PRIVATE innerloop_settings)
target_compile_definitions(innerloop_prove_f64 PRIVATE IL_REAL_IS_DOUBLE)
set(innerloop_prove_object ${CMAKE_BINARY_DIR}/generated/prove_f64.o)
set(objects ${CMAKE_BINARY_DIR}/generated/prove_f64.rsp)
file(GENERATE OUTPUT ${objects}
  CONTENT "$<JOIN:$<TARGET_OBJECTS:innerloop_prove_f64>,\n>\n$<JOIN:$<TARGET_OBJECTS:innerloop_engine_f64>,\n>\n")
add_custom_command(OUTPUT ${innerloop_prove_object}
  COMMAND ${CMAKE_LINKER} -r -o ${innerloop_prove_object} @${objects}
  COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=il_*_f64 ${innerloop_prove_object}
  DEPENDS $<TARGET_OBJECTS:innerloop_prove_f64> $<TARGET_OBJECTS:innerloop_engine_f64> ${objects}
  VERBATIM COMMENT "Linking the double engine of `prove`")
set_source_files_properties(${innerloop_prove_object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)

file(GLOB innerloop_command_sources CONFIGURE_DEPENDS engine/cli/*.c)
list(FILTER innerloop_command_sources EXCLUDE REGEX "/main\\.c$")
add_library(innerloop_commands STATIC ${innerloop_command_sources} ${innerloop_generated}/innerloop_embedded.c
            ${innerloop_prove_object})
target_link_libraries(innerloop_commands PUBLIC innerloop_engine ${CMAKE_DL_LIBS})
add_dependencies(innerloop_commands innerloop_build_header)

if(EXISTS ${CMAKE_SOURCE_DIR}/engine/cli/main.c)
  # A plug-in (run --plugin) may call every public function of the engine: all objects go in, and their names are
  # exported.
  add_executable(innerloop engine/cli/main.c $<TARGET_OBJECTS:innerloop_engine>)
  target_link_libraries(innerloop PRIVATE innerloop_commands)
  set_target_properties(innerloop PROPERTIES ENABLE_EXPORTS ON)
endif()

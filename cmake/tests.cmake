# Every engine/tests/unit/{test,data,slow}_*.c is one program and one CTest entry for each precision its first line
# names, and so is every engine/tests/scripts/{check,slow}_*.sh. Labels: unit, data, slow. What they share is in the
# other folders.
# Each test runs in a directory of its own under the build directory.
set(innerloop_test_environment OPENBLAS_NUM_THREADS=1 IL_SOURCE_DIR=${CMAKE_SOURCE_DIR}
    UBSAN_OPTIONS=print_stacktrace=1)
if(INNERLOOP_SANITIZE)
  list(APPEND innerloop_test_environment IL_SANITIZED=1)
endif()
file(GLOB stray CONFIGURE_DEPENDS engine/tests/*.*)
if(stray)
  message(FATAL_ERROR "a file in engine/tests/ itself is never run; it belongs in unit, fixtures or scripts: ${stray}")
endif()
add_custom_target(innerloop_tests) # builds what the tests need and nothing else

function(innerloop_test_properties name label timeout)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/scratch/${name})
  if(INNERLOOP_SANITIZE)
    math(EXPR timeout "4 * ${timeout}")
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${timeout}
    ENVIRONMENT "${innerloop_test_environment}" WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/scratch/${name}
    SKIP_RETURN_CODE 77)
endfunction()

include(cmake/precisions.cmake)

# The program of a source in float has the source's name; in double, that name and _f64.
function(innerloop_add_test source precision label timeout)
  get_filename_component(name ${source} NAME_WE)
  if(name MATCHES "_f64$")
    string(REPLACE "_f64" "" plain ${name})
    message(FATAL_ERROR "${source}: name it ${plain}.c and begin it with /* covers: LAYER; precision: double */")
  endif()
  set(libraries innerloop_commands innerloop_engine)
  if(precision STREQUAL "double")
    string(APPEND name _f64)
    set(libraries innerloop_engine_f64)
  endif()
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ${libraries} PkgConfig::CMOCKA)
  target_include_directories(${name} PRIVATE engine/tests/fixtures)
  add_dependencies(innerloop_tests ${name})
  add_test(NAME ${name} COMMAND ${name})
  innerloop_test_properties(${name} ${label} ${timeout})
endfunction()

function(innerloop_add_tests prefix label timeout)
  file(GLOB sources CONFIGURE_DEPENDS engine/tests/unit/${prefix}_*.c)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources}) # their first lines are read
  foreach(source IN LISTS sources)
    innerloop_read_precisions(precisions ${source})
    foreach(precision IN LISTS precisions)
      innerloop_add_test(${source} ${precision} ${label} ${timeout})
    endforeach()
  endforeach()
endfunction()
innerloop_add_tests(test unit 120)
innerloop_add_tests(data data 300)
innerloop_add_tests(slow slow 3600)

function(innerloop_add_scripts prefix label timeout)
  file(GLOB scripts CONFIGURE_DEPENDS engine/tests/scripts/${prefix}_*.sh)
  foreach(script IN LISTS scripts)
    get_filename_component(name ${script} NAME_WE)
    if(TARGET innerloop)
      add_test(NAME ${name} COMMAND sh ${script} $<TARGET_FILE:innerloop> ${CMAKE_SOURCE_DIR})
      innerloop_test_properties(${name} ${label} ${timeout})
    endif()
  endforeach()
endfunction()
innerloop_add_scripts(check unit 300)
innerloop_add_scripts(slow slow 3600)
if(TARGET innerloop)
  add_dependencies(innerloop_tests innerloop)
endif()

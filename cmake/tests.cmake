# Every engine/tests/{test,data,slow}_*.c is one program and one CTest entry; check_*.sh are scripts. Labels: unit, data, slow.
# Each test runs in a directory of its own under the build directory.
set(innerloop_test_environment OPENBLAS_NUM_THREADS=1 IL_SOURCE_DIR=${CMAKE_SOURCE_DIR}
    UBSAN_OPTIONS=print_stacktrace=1)
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

function(innerloop_add_tests prefix label timeout)
  file(GLOB sources CONFIGURE_DEPENDS engine/tests/${prefix}_*.c)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    if(name MATCHES "_f64$")
      target_link_libraries(${name} PRIVATE innerloop_engine_f64)
    else()
      target_link_libraries(${name} PRIVATE innerloop_commands innerloop_engine)
    endif()
    target_link_libraries(${name} PRIVATE PkgConfig::CMOCKA)
    add_dependencies(innerloop_tests ${name})
    add_test(NAME ${name} COMMAND ${name})
    innerloop_test_properties(${name} ${label} ${timeout})
  endforeach()
endfunction()
innerloop_add_tests(test unit 120)
innerloop_add_tests(data data 300)
innerloop_add_tests(slow slow 3600)

file(GLOB scripts CONFIGURE_DEPENDS engine/tests/check_*.sh)
foreach(script IN LISTS scripts)
  get_filename_component(name ${script} NAME_WE)
  if(TARGET innerloop)
    add_test(NAME ${name} COMMAND sh ${script} $<TARGET_FILE:innerloop> ${CMAKE_SOURCE_DIR})
    innerloop_test_properties(${name} unit 300)
  endif()
endforeach()
if(TARGET innerloop)
  add_dependencies(innerloop_tests innerloop)
endif()

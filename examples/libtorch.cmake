# LibTorch for the C++ examples: that of ToCo, or another one set by -DTORCH_DIR (a folder with lib/
# and include/).
if(NOT TORCH_DIR)
  execute_process(
    COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/../native/libtorch.sh"
    OUTPUT_VARIABLE TORCH_DIR OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  if(EXISTS "${TORCH_DIR}/torch/lib")
    set(TORCH_DIR "${TORCH_DIR}/torch")
  endif()
endif()
set(CMAKE_CXX_STANDARD 20)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# In wheels, NVIDIA's libraries are next to torch/.
set(CMAKE_BUILD_RPATH "${TORCH_DIR}/lib;${TORCH_DIR}/../nvidia/cu13/lib")
file(GLOB torch_gomp "${TORCH_DIR}/lib/libgomp*.so*")

function(use_libtorch target)
  target_include_directories(
    ${target} SYSTEM PRIVATE
    "${TORCH_DIR}/include" "${TORCH_DIR}/include/torch/csrc/api/include")
  target_compile_options(${target} PRIVATE -Wall -Wextra)
  target_link_options(${target} PRIVATE -Wl,--allow-shlib-undefined -Wl,--disable-new-dtags)
  target_link_libraries(
    ${target} PRIVATE
    "${TORCH_DIR}/lib/libtorch_cpu.so" "${TORCH_DIR}/lib/libc10.so" ${torch_gomp})
endfunction()

# Finds what ROI builds with; cmake/packages.txt names Debian's packages for it.

function(roi_need found what package)
  if(NOT ${found})
    message(FATAL_ERROR
      "ROI needs ${what}, which was not found. On Debian: apt-get install ${package}, "
      "or run cmake/install_packages.sh, which installs all that ROI needs.")
  endif()
endfunction()

find_package(Threads REQUIRED)
find_package(Boost 1.81)
roi_need(Boost_FOUND "Boost 1.81 or newer (headers of Asio)" libboost1.81-dev)
find_package(Protobuf 3.21)
roi_need(Protobuf_FOUND "Protocol Buffers" "libprotobuf-dev protobuf-compiler")
find_package(SQLite3)
roi_need(SQLite3_FOUND "SQLite 3" libsqlite3-dev)
find_package(CLI11 CONFIG)
roi_need(CLI11_FOUND "CLI11" libcli11-dev)
find_package(nlohmann_json CONFIG)
roi_need(nlohmann_json_FOUND "JSON for Modern C++" nlohmann-json3-dev)

# libclang: the newest installed, 14 at least. ROI_LIBCLANG_VERSION picks another.
set(ROI_LIBCLANG_VERSION "" CACHE STRING "Version of libclang for idlc; empty: the newest installed")
set(roi_clang_versions 19 18 17 16 15 14)
if(ROI_LIBCLANG_VERSION)
  set(roi_clang_versions ${ROI_LIBCLANG_VERSION})
endif()
foreach(version IN LISTS roi_clang_versions)
  if(EXISTS /usr/lib/llvm-${version}/include/clang-c/Index.h)
    set(ROI_LIBCLANG_FOUND_VERSION ${version})
    set(ROI_LIBCLANG_INCLUDE /usr/lib/llvm-${version}/include)
    find_library(ROI_LIBCLANG_LIBRARY_${version} NAMES clang clang-${version}
      PATHS /usr/lib/llvm-${version}/lib NO_DEFAULT_PATH)
    set(ROI_LIBCLANG_LIBRARY ${ROI_LIBCLANG_LIBRARY_${version}})
    break()
  endif()
endforeach()
roi_need(ROI_LIBCLANG_LIBRARY "libclang 14 to 19" libclang-19-dev)
add_library(roi_libclang INTERFACE)
target_include_directories(roi_libclang SYSTEM INTERFACE ${ROI_LIBCLANG_INCLUDE})
target_link_libraries(roi_libclang INTERFACE ${ROI_LIBCLANG_LIBRARY})
message(STATUS "idlc reads headers with libclang ${ROI_LIBCLANG_FOUND_VERSION}")

# roi_private_target(<target>): warnings and settings for our own code; users' targets never get them.

function(roi_private_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
endfunction()

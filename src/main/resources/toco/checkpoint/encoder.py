{positionMethod}
def forward(self, x: Tensor) -> Dict[str, Tensor]:
    # x [B, 3, H, W] normalised; what exceeds whole patches is not seen
    patches = torch.conv2d(x, self.patch_embed.proj.weight, {patchBias}, [{patch}, {patch}])  # [B, D, h, w]
    B, h, w = patches.size(0), patches.size(2), patches.size(3)
    tokens = patches.flatten(2).transpose(1, 2)  # [B, N, D]
{embed}
{blocks}
    normed = torch.layer_norm(tokens, [{width}], self.norm.weight, self.norm.bias, {eps})
    return {
        "clsToken": normed[:, 0],  # [B, D]
        "patchTokens": normed[:, {prefixTokens}:],  # [B, N, D]
        "auxTokens": {aux}[:, {prefixTokens}:]  # [B, N, D]
    }

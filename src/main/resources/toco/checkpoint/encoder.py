def positions(self, h: int, w: int) -> Tensor:
    # of another grid than the stored one: resized bicubically, the rows in front of the patches' as they are
    if h == {grid} and w == {grid}:
        return self.pos_embed
    stored = self.pos_embed[:, {prefixTokens}:].reshape([1, {grid}, {grid}, {width}]).permute([0, 3, 1, 2])  # [1, D, g, g]
    resized = torch.upsample_bicubic2d(stored, [h, w], False, None, None)
    return torch.cat([self.pos_embed[:, :{prefixTokens}], resized.flatten(2).transpose(1, 2)], 1)  # [1, T, D]

def forward(self, x: Tensor) -> Dict[str, Tensor]:
    # x [B, 3, H, W] normalised; what exceeds whole patches is not seen
    patches = torch.conv2d(x, self.patch_embed.proj.weight, self.patch_embed.proj.bias, [{patch}, {patch}])  # [B, D, h, w]
    B = patches.size(0)
    tokens = torch.cat([{prefix}, patches.flatten(2).transpose(1, 2)], 1)  # [B, T, D]
    tokens = tokens + self.positions(patches.size(2), patches.size(3))
{blocks}
    normed = torch.layer_norm(tokens, [{width}], self.norm.weight, self.norm.bias, {eps})
    return {
        "clsToken": normed[:, 0],  # [B, D]
        "patchTokens": normed[:, {prefixTokens}:],  # [B, N, D]
        "auxTokens": {aux}[:, {prefixTokens}:]  # [B, N, D]
    }
